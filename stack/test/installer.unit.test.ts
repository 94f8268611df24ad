import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Failure } from '../src/failure.ts';
import { cachedFolder } from '../src/installer/cached-folder.ts';
import { fetchJars } from '../src/installer/fetch-jars.ts';
import { isRecent } from '../src/installer/mariadb-server.ts';
import { mavenCause } from '../src/installer/maven.ts';
import { createTransferReader, describeTransfer } from '../src/installer/transfer-lines.ts';

let work: string;
let said: string[];
const say = (line: string) => void said.push(line);
const report = () => undefined;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'ordermesh-installer-'));
  said = [];
});
afterEach(() => rmSync(work, { recursive: true }));

describe('a folder of the cache', () => {
  let builds = 0;
  const config = (content = 'right') => {
    const source = join(work, 'pom.xml');
    if (!existsSync(source)) writeFileSync(source, '<project/>');
    return {
      cache: join(work, 'cache'),
      kind: 'kafka',
      sources: [source],
      say,
      report,
      build: async (folder: string) => {
        builds++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        writeFileSync(join(folder, 'a.jar'), content);
      },
    };
  };
  beforeEach(() => {
    builds = 0;
  });

  test('is built once, also when two ask at the same time', async () => {
    const [first, second] = await Promise.all([cachedFolder(config()), cachedFolder(config())]);
    expect(first).toBe(second);
    expect(await cachedFolder(config())).toBe(first);
    expect(builds).toBe(1);
  });

  test('is another one when what it is made from changes', async () => {
    const first = await cachedFolder(config());
    writeFileSync(join(work, 'pom.xml'), '<project>2</project>');
    expect(await cachedFolder(config())).not.toBe(first);
  });

  test('that was corrupted is named in one line, removed and built anew', async () => {
    const folder = await cachedFolder(config());
    writeFileSync(join(folder, 'a.jar'), 'wrong');
    expect(await cachedFolder(config())).toBe(folder);
    expect(readFileSync(join(folder, 'a.jar'), 'utf8')).toBe('right');
    expect(said).toEqual([`${folder}/a.jar is corrupt: removing ${folder} and making it anew`]);
  });

  test('that nobody has used for a month makes room for its successor', async () => {
    const old = await cachedFolder(config());
    utimesSync(old, 0, 0);
    writeFileSync(join(work, 'pom.xml'), '<project>2</project>');
    await cachedFolder(config());
    expect(existsSync(old)).toBe(false);
  });

  test('whose build fails leaves nothing behind', async () => {
    const failing = { ...config(), build: () => Promise.reject(new Error('no network')) };
    await expect(cachedFolder(failing)).rejects.toThrow('no network');
    expect(readdirSync(join(work, 'cache'))).toEqual([]);
  });
});

describe('jars from Maven', () => {
  const sum = (content: string) => createHash('sha256').update(content).digest('hex');
  const setUp = (contents: string[], expected: Record<string, string> = { 'a.jar': sum('right') }) => {
    const output = join(work, 'jars');
    mkdirSync(output);
    const forgotten: string[] = [];
    const maven = {
      run: async () => {
        const content = contents.shift();
        if (!existsSync(join(output, 'a.jar')) && content) writeFileSync(join(output, 'a.jar'), content);
      },
      forget: async (_pom: string, names: string[]) => void forgotten.push(...names),
      forgetNamedIn: async () => false,
    };
    return {
      forgotten,
      fetch: () => fetchJars({ maven, pom: 'pom.xml', goals: [], output, expected, say, report }),
    };
  };

  test('with the right checksums are taken as they are', async () => {
    const { fetch, forgotten } = setUp(['right']);
    await fetch();
    expect([forgotten, said]).toEqual([[], []]);
  });

  test('a corrupt one is removed from the local repository, said, and fetched once more', async () => {
    const { fetch, forgotten } = setUp(['wrong', 'right']);
    await fetch();
    expect(forgotten).toEqual(['a.jar']);
    expect(said).toEqual(['a.jar: wrong checksum, removing it and fetching it anew']);
  });

  test('one that is corrupt again is a failure of one line', async () => {
    await expect(setUp(['wrong', 'wrong']).fetch()).rejects.toThrow(
      new Failure(
        'a.jar has the wrong checksum again: it is not the file that stack/jars.sha256.json was made from',
      ),
    );
  });

  test('one that is not in the lock is refused', async () => {
    await expect(setUp(['right'], { 'b.jar': 'x' }).fetch()).rejects.toThrow(
      'a.jar is not in stack/jars.sha256.json',
    );
  });
});

describe('what Maven prints', () => {
  test('is followed file by file and within a large file, however it is cut into chunks', () => {
    const output =
      'Downloading from central: https://x/a.pom\r\nProgress (1): 4.1/23 kB\rDownloaded from central: https://x/a.pom (23 kB at 1 MB/s)\nProgress (1): 25/149 MB\r';
    const whole = createTransferReader().read(output);
    expect(whole).toEqual({ files: 1, megabytes: 0.023, current: '25/149 MB' });
    const reader = createTransferReader();
    const pieces = output.match(/.{1,7}/gs)?.map((piece) => reader.read(piece));
    expect(pieces?.at(-1)).toEqual(whole);
    expect(describeTransfer(whole)).toBe('1 files, 0 MB (now 25/149 MB)');
  });

  test('when it fails is cut down to its first error', () => {
    const output =
      '[INFO] x\n[ERROR] \n[ERROR] Failed to resolve a:b:1: Connection refused -> [Help 1]\n[ERROR] To see the full stack trace';
    expect(mavenCause(output)).toBe('Failed to resolve a:b:1: Connection refused');
  });
});

test.each([
  ['mariadbd  Ver 11.4.5-MariaDB for Linux on x86_64', true],
  ['mariadbd  Ver 10.6.18-MariaDB-0ubuntu0.22.04.1', true],
  ['mariadbd  Ver 10.5.23-MariaDB-0+deb11u1', false],
  ['/usr/sbin/mysqld  Ver 8.0.36 for Linux', false],
])('a system server that says "%s" is used: %p', (line, used) => {
  expect(isRecent(line)).toBe(used);
});
