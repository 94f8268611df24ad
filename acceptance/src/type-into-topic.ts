import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Types lines into Kafka's own console producer, as `npm run -s kafka -- console-producer` does for a person. */
export async function typeIntoTopic(dir: string, topic: string, lines: string): Promise<void> {
  const producer = spawn(
    'npm',
    ['run', '-s', 'kafka', '--', '--data', dir, 'console-producer', '--topic', topic],
    {
      cwd: new URL('../..', import.meta.url),
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  producer.stdin.end(lines);
  const [code]: unknown[] = await once(producer, 'exit');
  if (code !== 0) throw new Error(`console-producer ended with ${String(code)}`);
}
