import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
/** The Dockerfiles that install npm packages. */
const folders = ['gateway', 'users', 'catalogs', 'orders', 'connectors', 'stack'];

export type Image = { image: string; bytes: number; packages: number };

/** Links are followed: what npm puts into a workspace's own folder is counted, too. */
const sizeOf = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const countPackages = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    ({ name, parentPath }) => name === 'package.json' && /node_modules\/(@[^/]+\/)?[^/]+$/.test(parentPath),
  ).length;

function run(command: string, args: string[], cwd: string) {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.slice(0, 300)}`);
}

/** Does in an empty folder what the Dockerfile does: copies its package.json files, runs its npm ci, and then its script. */
function installAs(folder: string): Image {
  const dockerfile = readFileSync(join(root, folder, 'Dockerfile'), 'utf8');
  const copied = [...dockerfile.matchAll(/^COPY ((?:\S+ )*\S*package\.json(?: \S+)*) (\S+)$/gm)];
  const arguments_ = /^RUN npm (ci .*)$/m.exec(dockerfile)?.[1];
  const script = /^RUN sh \/tmp\/(\S+)$/m.exec(dockerfile)?.[1];
  if (copied.length === 0 || arguments_ === undefined)
    throw new Error(`${folder}/Dockerfile installs packages in a way that is not known here`);
  const work = mkdtempSync(join(tmpdir(), 'ordermesh-image-'));
  try {
    for (const [, sources = '', target = ''] of copied)
      for (const source of sources.split(' ')) {
        const to = join(work, target, target === './' ? source : 'package.json');
        mkdirSync(dirname(to), { recursive: true });
        cpSync(join(root, source), to);
      }
    run('npm', [...arguments_.split(' '), '--prefer-offline'], work);
    if (script) run('sh', [join(root, 'tools', script)], work);
    const modules = join(work, 'node_modules');
    return { image: folder, bytes: sizeOf(modules), packages: countPackages(modules) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The size of node_modules in each image. */
export const measureImages = (): Image[] => folders.map(installAs);
