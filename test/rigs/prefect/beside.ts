import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Watchfire } from '../../../src/index.ts';
import { root } from '../../house/tree.ts';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import type { PrivateServer } from '../../support/private-server.ts';
import { commandLine } from '../../support/usage.ts';
import { checks } from '../checks.ts';
import { type Agreement, compare, delaysOf, tell } from './agreement.ts';
import { watchfire as command } from './command.ts';
import { logged, storedEvents } from './firings.ts';
import { Prefect } from './prefect.ts';
import { Redelivered } from './redelivered.ts';
import { staged } from './stage.ts';
import { DEPARTURES, foreignEvents, heartbeats, twenty, WORDS } from './twenty.ts';

/**
 * A real Prefect whose messages go through Redis runs flows and its own automations. Watchfire reads its stream with the same automations, and
 * has to fire what Prefect fires: `npm run proof -- prefect-redis`.
 */

const USAGE = `npm run proof -- prefect-redis [OPTION…]
  --runs N       flow runs, 500
  --at-once N    of them at a time, 4
  --python PATH  a Python that has prefect and prefect-redis; without it, both are installed into a folder of their own`;

type Options = Readonly<{ runs: number; atOnce: number; python: string | null }>;

const NAMESPACE = 'wf';
const HEARTBEAT_MS = 2_000;
/** Twice the window in which a flow run has to end. */
const STUCK_SECONDS = 24;
/** How often Prefect looks for absences, by default. */
const SCHEDULER_MS = 5_000;

/** By how much its absences may be later than what it is behind with events: far more than a run of its scheduler, which is printed. */
const BEHIND_MS = Math.max(120_000, PATIENCE_MS);

/** How long Prefect may take to evaluate what is there, and how long both may take then until they agree. */
const DONE_MS = 1_800_000;
const AGREE_MS = 300_000;

function settings(server: PrivateServer): Readonly<Record<string, string>> {
  const { password } = new URL(server.url);
  return {
    PREFECT_MESSAGING_BROKER: 'prefect_redis.messaging',
    PREFECT_MESSAGING_CACHE: 'prefect_redis.messaging',
    PREFECT_SERVER_EVENTS_CAUSAL_ORDERING: 'prefect_redis.ordering',
    PREFECT_REDIS_MESSAGING_HOST: '127.0.0.1',
    PREFECT_REDIS_MESSAGING_PORT: String(server.port),
    PREFECT_REDIS_MESSAGING_DB: '0',
    ...(password && { PREFECT_REDIS_MESSAGING_PASSWORD: password }),
    // Its database is locked at times: it is to try again as often as it takes, where others would mend a dead letter by hand.
    PREFECT_REDIS_MESSAGING_CONSUMER_MAX_RETRIES: '1000',
    // Its server may be too busy for a moment.
    PREFECT_CLIENT_RETRY_EXTRA_CODES: '500,503',
  };
}

/** Makes the automations in Prefect, and loads what Prefect exports of them here. */
async function makeAutomations(dir: string, prefect: Prefect, url: string): Promise<void> {
  const [made, exported] = [path.join(dir, 'twenty.json'), path.join(dir, 'exported.json')];
  await writeFile(made, JSON.stringify({ automations: await twenty() }));
  await prefect.command('automation', 'create', '--from-file', made);
  await writeFile(exported, await prefect.command('api', 'POST', '/automations/filter'));
  const { status, err } = await command(url, 'apply', exported, '--namespace', NAMESPACE);
  assert.equal(status, 0, err);
}

async function drive(prefect: Prefect, { runs, atOnce }: Options): Promise<void> {
  for (const event of foreignEvents()) await prefect.post('/events', [event]);
  const over = new AbortController();
  const beating = (async () => {
    for (; !over.signal.aborted; await pause(HEARTBEAT_MS)) await prefect.post('/events', heartbeats());
  })();
  const flows = path.join(import.meta.dirname, 'flows.py');
  const ran = prefect.program(flows, String(runs), String(atOnce), String(STUCK_SECONDS)).finally(() => over.abort());
  await Promise.all([ran, beating]);
}

async function prove(dir: string, server: PrivateServer, options: Options): Promise<number> {
  const watchfire = new Watchfire({ redis: server.url, namespace: NAMESPACE, retentionMs: 86_400_000 });
  return await checks(async (check) => {
    const more = { packages: ['prefect-redis==0.3.0'], env: settings(server) };
    const prefect = await Prefect.start(dir, options.python, more);
    const redelivered = new Redelivered(server.redis, server.url);
    try {
      const automations = [...new Map((await twenty()).map((one) => [one.name, one])).values()];
      await check('the departures are those of the rules', async () => {
        const rules = await readFile(path.join(root, 'docs/rules.md'), 'utf8');
        for (const words of [...Object.values(DEPARTURES), ...Object.values(WORDS)])
          assert.ok(rules.includes(words), words);
      });
      await check('Watchfire loads the automations of the server, and reads its stream', async () => {
        await makeAutomations(dir, prefect, server.url);
        const file = path.join(dir, 'sources.json');
        await writeFile(file, JSON.stringify({ sources: [{ name: 'prefect', type: 'prefect', from: 'start' }] }));
        await watchfire.startWorker();
        await watchfire.startSources({ file });
      });
      await check(`${options.runs} flow runs by the engine of Prefect, some failing, some stuck`, async () => {
        await drive(prefect, options);
      });
      let last: Agreement | null = null;
      await check('both fired the same', async () => {
        await eventually('Prefect has evaluated all that is in its stream', () => redelivered.isDone(), {
          timeoutMs: DONE_MS,
        });
        const agree = async (): Promise<boolean> => {
          await pause(SCHEDULER_MS);
          const before = last?.differences.length;
          last = await compare(automations, prefect, watchfire, redelivered.ids);
          // Twice: what only one of them fires may come a moment later.
          return last.differences.length === 0 && before === 0;
        };
        await eventually('both agree', agree, { timeoutMs: AGREE_MS }).catch(() => undefined);
        assert.ok(last !== null);
        tell(automations, last);
        console.log(`Prefect's evaluation failed at ${redelivered.ids.size} events at first`);
        assert.deepEqual((last as Agreement).differences, []);
      });
      await check('Prefect fires no earlier, and absences when its scheduler runs', async () => {
        assert.ok(last !== null);
        const { least, events, absences } = delaysOf(last);
        const told = `at least ${least} ms, of events up to ${events} ms, of absences up to ${absences} ms`;
        console.log(`Prefect fires later: ${told}`);
        // It is behind with events, too. Where nothing was open it looks again after the longest window; a busy machine has it look later.
        assert.ok(least > -1_000 && absences < events + BEHIND_MS, told);
      });
      await check('each event that Prefect stored is in the log once', async () => {
        const stored = (await storedEvents(prefect)).map(({ id }) => id);
        const ids = (await logged(watchfire)).map(([id]) => id);
        const once = new Set(ids);
        assert.equal(once.size, ids.length, 'some are there twice');
        assert.deepEqual(
          stored.filter((id) => !once.has(id)),
          [],
        );
        console.log(`${stored.length} events`);
      });
    } finally {
      redelivered.stop();
      await prefect.stop();
      await watchfire.close();
    }
  });
}

async function main(): Promise<number> {
  const options = commandLine(USAGE, () => {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { runs: text, 'at-once': text, python: text } });
    return { runs: Number(values.runs ?? 500), atOnce: Number(values['at-once'] ?? 4), python: values.python ?? null };
  });
  return await staged((dir, server) => prove(dir, server, options));
}

process.exit(await main());
