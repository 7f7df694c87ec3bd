import { randomBytes } from 'node:crypto';
import { styleText } from 'node:util';
import { obtainRedisServer, startRedisServer } from '../../src/embedded/server.ts';
import { removeNamespaces } from '../../src/redis/namespace.ts';
import { openRedis } from '../../src/redis/open.ts';
import { messageOf } from './handlers.ts';
import type { Told } from './progress.ts';
import { type Replayed, replay } from './replay.ts';
import { historySteps, storySteps } from './story.ts';

/** Long enough to read a line; with `--fast` nobody reads along. */
const PACE_MS = process.argv.includes('--fast') ? 0 : 400;

const line = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (sentence: string): void => void process.stderr.write(`watchfire: ${sentence}\n`);

function print(style: Parameters<typeof styleText>[0], at: string, kind: string, rest: string): void {
  // Whether colours are shown is up to the terminal, NO_COLOR and FORCE_COLOR.
  const options = { stream: process.stdout };
  line(`${styleText('dim', minutes(at), options)}  ${styleText(style, kind.padEnd(9), options)} ${rest}`);
}

/** `2026-03-02 09:55` */
function minutes(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

/** What a replay tells, as lines; of the events only where there are few enough to read. */
function printer(events: boolean): (told: Told) => void {
  let saying = '';
  return (told) => {
    switch (told.kind) {
      case 'step':
        saying = told.step.say;
        if (told.step.deliveries.length === 0) print('dim', iso(told.step.atMs), '', saying);
        break;
      case 'event': {
        const made = told.outcome === 'applied' ? told.words.join(', ') || 'nobody waits for it' : told.outcome;
        if (events) print('blue', iso(told.atMs), 'event', `${told.event}  ${made}  (${saying})`);
        break;
      }
      case 'firing': {
        const { firing, automation } = told.action;
        const [kind, style] =
          firing.state === 'Triggered' ? (['FIRED', 'magenta'] as const) : (['RESOLVED', 'green'] as const);
        print(['bold', style], firing.triggered, kind, automation.name);
        break;
      }
      case 'job':
        print('cyan', told.action.triggered, 'job', `${told.queue}/${told.name}: ${messageOf(told.action)}`);
        break;
    }
  };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

function summary({ outcomes, firings, jobs, dead }: Replayed): string {
  const { applied = 0, duplicate = 0 } = outcomes;
  const events = `${applied} events applied, ${duplicate} recognised as a duplicate`;
  return `${events}, ${firings} firings, ${jobs.length} jobs handled, ${dead} dead letters`;
}

async function main(redis: string, signal: AbortSignal): Promise<void> {
  const namespace = `github-${randomBytes(4).toString('hex')}`;
  const history = historySteps();
  const story = storySteps();
  const common = { redis, signal };
  try {
    line(`GitHub's own ${history.length} sample payloads, each at its own time:`);
    const samples = { namespace: `${namespace}-samples`, steps: history, tell: printer(false), paceMs: 0 };
    line(summary(await replay({ ...common, ...samples })));
    line('\nTwo days of a maintainer, told with the same payloads:');
    const days = { namespace: `${namespace}-story`, steps: story, tell: printer(true), paceMs: PACE_MS };
    line(summary(await replay({ ...common, ...days })));
  } finally {
    const client = await openRedis(redis, new AbortController().signal);
    await removeNamespaces(client, namespace).finally(() => client.disconnect());
  }
}

const stopping = new AbortController();
process.on('SIGINT', () => stopping.abort()).on('SIGTERM', () => stopping.abort());
const given = process.env.REDIS_URL;
try {
  if (given) {
    await main(given, stopping.signal);
  } else {
    const server = await startRedisServer({ port: 0, dir: null, program: await obtainRedisServer(say) });
    await main(server.url, stopping.signal).finally(server.stop);
  }
} catch (error) {
  process.exitCode = 1;
  if (!stopping.signal.aborted) say(error instanceof Error ? error.message : String(error));
}
