import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const publication = z.object({
  pacticipantName: z.string(),
  pacticipantVersionNumber: z.string(),
  contracts: z.array(z.object({ consumerName: z.string(), providerName: z.string(), content: z.base64() })),
});
const verification = z.object({ success: z.boolean(), providerApplicationVersion: z.string() });
const json = z.record(z.string(), z.unknown());

const interactionsOf = (content: object) =>
  z.object({ interactions: z.array(json) }).parse(content).interactions;

type Published = { consumer: string; provider: string; version: string; sha: string; content: object };

/**
 * NOT a Pact Broker: a stand-in that answers as the Pact Broker's documentation says, as far as the commands ask, and
 * remembers what it was told. It takes the token `let-me-in` and knows the environment `production`.
 */
export async function startBrokerStandIn() {
  const pacts: Published[] = [];
  const results: { sha: string; providerVersion: string; success: boolean }[] = [];
  const deployed = new Map<string, string>();
  const requests: string[] = [];

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { status, content } = answer(request, body === '' ? {} : JSON.parse(body));
    requests.push(`${request.method} ${request.url} ${status}`);
    response.writeHead(status, { 'content-type': 'application/hal+json;charset=utf-8' });
    response.end(JSON.stringify(content));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const link = (path: string, name = '') => ({ href: `${url}${path}`, name, title: name });

  function answer(request: IncomingMessage, body: unknown): { status: number; content: unknown } {
    if (request.headers.authorization !== 'Bearer let-me-in') return { status: 401, content: {} };
    const { pathname, searchParams } = new URL(request.url ?? '', url);
    const path = pathname.split('/').slice(1).map(decodeURIComponent);
    const content = route(request.method ?? '', path, searchParams, body);
    return content === undefined
      ? { status: 404, content: { error: 'not found' } }
      : { status: 200, content };
  }

  function route(method: string, path: string[], query: URLSearchParams, body: unknown): unknown {
    const [room, ...rest] = path;
    if (room === '') return index();
    if (room === 'contracts' && method === 'POST') return publish(publication.parse(body));
    if (room === 'environments') return { _embedded: { environments: [environment] } };
    if (room === 'matrix') return matrix(query);
    if (room === 'pacticipants') return versionOf(rest, method);
    if (room === 'pacts') return pactAt(rest, body);
    return undefined;
  }

  const environment = {
    uuid: 'uuid-of-production',
    name: 'production',
    displayName: 'Production',
    production: true,
  };

  const index = () => ({
    _links: {
      self: link('/'),
      'pb:publish-contracts': link('/contracts/publish'),
      'pb:environments': link('/environments'),
      'pb:pacticipant-version': {
        ...link('/pacticipants/{pacticipant}/versions/{version}'),
        templated: true,
      },
      'pb:provider-pacts-for-verification': {
        ...link('/pacts/provider/{provider}/for-verification'),
        templated: true,
      },
    },
  });

  function add(consumer: string, version: string, provider: string, text: string): void {
    // What is published once more changes nothing.
    if (
      pacts.some(
        (pact) => pact.consumer === consumer && pact.version === version && pact.provider === provider,
      )
    )
      return;
    const content = json.parse(JSON.parse(text));
    const sha = createHash('sha1').update(JSON.stringify(content['interactions'])).digest('hex');
    pacts.push({ consumer, provider, version, sha, content });
  }

  function publish({
    pacticipantName,
    pacticipantVersionNumber: version,
    contracts,
  }: z.infer<typeof publication>) {
    for (const { consumerName: consumer, providerName: provider, content: base64 } of contracts) {
      add(consumer, version, provider, Buffer.from(base64, 'base64').toString());
    }
    return {
      notices: [{ type: 'success', text: `Pacts of ${pacticipantName} ${version} published.` }],
      logs: [],
      _embedded: {
        pacticipant: { name: pacticipantName, _links: { self: link(`/pacticipants/${pacticipantName}`) } },
        version: {
          number: version,
          _links: { self: link(`/pacticipants/${pacticipantName}/versions/${version}`) },
        },
      },
      _links: {
        'pb:pacticipant': link(`/pacticipants/${pacticipantName}`, pacticipantName),
        'pb:pacticipant-version': link(`/pacticipants/${pacticipantName}/versions/${version}`, version),
        'pb:pacticipant-version-tags': [],
        'pb:contracts': [],
      },
    };
  }

  /** /provider/P/for-verification, /provider/P/consumer/C/version/V and …/pact-version/SHA[/verification-results] */
  function pactAt([, provider, kind, consumer, by, which, results_]: string[], body: unknown): unknown {
    if (kind === 'for-verification') {
      const wanted = pacts.filter(
        (pact) => pact.provider === provider && deployed.get(pact.consumer) === pact.version,
      );
      return {
        _embedded: {
          pacts: wanted.map((pact) => ({
            _links: {
              self: link(
                shaPath(pact),
                `Pact between ${pact.consumer} (${pact.version}) and ${pact.provider}`,
              ),
            },
          })),
        },
      };
    }
    const pact = pacts.find(
      (each) =>
        each.provider === provider &&
        each.consumer === consumer &&
        (by === 'version' ? each.version : each.sha) === which,
    );
    if (!pact) return undefined;
    if (results_ === 'verification-results') {
      const { success, providerApplicationVersion } = verification.parse(body);
      results.push({ sha: pact.sha, providerVersion: providerApplicationVersion, success });
      return {};
    }
    return {
      ...pact.content,
      interactions: interactionsOf(pact.content).map((each, at) => ({
        ...each,
        _id: `${pact.sha.slice(0, 32)}${at}`,
      })),
      createdAt: '2026-11-21T00:00:00+00:00',
      _links: { 'pb:publish-verification-results': link(`${shaPath(pact)}/verification-results`) },
    };
  }

  const shaPath = ({ provider, consumer, sha }: Published) =>
    `/pacts/provider/${encodeURIComponent(provider)}/consumer/${encodeURIComponent(consumer)}/pact-version/${sha}`;

  function versionOf([name = '', , version = '', deploy]: string[], method: string): unknown {
    if (deploy === 'deployed-versions' && method === 'POST') {
      deployed.set(name, version);
      return { uuid: 'a-deployment', currentlyDeployed: true };
    }
    const path = `/pacticipants/${name}/versions/${version}`;
    return {
      number: version,
      _links: {
        self: link(path),
        'pb:record-deployment': [
          link(`${path}/deployed-versions/environment/${environment.uuid}`, environment.name),
        ],
      },
    };
  }

  /** Rows for the versions asked about: with those deployed in an environment, or else with each other. */
  function matrix(query: URLSearchParams) {
    const names = query.getAll('q[][pacticipant]');
    const versions = query.getAll('q[][version]');
    const asked = new Map(names.map((name, at) => [name, versions[at] ?? '']));
    const inEnvironment = query.has('environment') ? deployed : new Map<string, string>();
    const versionHere = (name: string) => asked.get(name) ?? inEnvironment.get(name);
    const rows = pacts
      .filter((pact) => pact.version === versionHere(pact.consumer))
      .filter(({ consumer, provider }) =>
        query.has('environment')
          ? asked.has(consumer) || asked.has(provider)
          : asked.has(consumer) && asked.has(provider),
      )
      .map((pact) => {
        const providerVersion = versionHere(pact.provider);
        const result = results.findLast(
          ({ sha, providerVersion: of }) => sha === pact.sha && of === providerVersion,
        );
        return { pact, providerVersion, result };
      });
    const count = (success?: boolean) => rows.filter(({ result }) => result?.success === success).length;
    const deployable = rows.length === count(true);
    return {
      summary: {
        deployable,
        reason: deployable
          ? 'All required verification results are published and successful'
          : 'There are failed or missing verification results',
        success: count(true),
        failed: count(false),
        unknown: count(undefined),
      },
      notices: [],
      matrix: rows.map(({ pact, providerVersion, result }) => ({
        consumer: { name: pact.consumer, version: { number: pact.version } },
        provider: { name: pact.provider, version: providerVersion ? { number: providerVersion } : null },
        pact: {},
        verificationResult: result ? { success: result.success, _links: { self: link('/result') } } : null,
      })),
    };
  }

  return {
    url,
    env: { PACT_BROKER_BASE_URL: url, PACT_BROKER_TOKEN: 'let-me-in' },
    pacts,
    results,
    deployed,
    requests,
    /** As if another version of the consumer had published its pact, like that of the tree but for a change. */
    publish(consumer: string, version: string, provider: string, change: (content: string) => string) {
      const like = pacts.find((pact) => pact.consumer === consumer && pact.provider === provider);
      add(consumer, version, provider, change(JSON.stringify(like?.content ?? {})));
    },
    stop: () => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}
