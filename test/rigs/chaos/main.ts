import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { DEFAULT_PARTITION_LABEL, layoutOf } from '../../../src/model/partition.ts';
import { divide } from '../../../src/redis/partitions.ts';
import { backtestAll } from '../../../src/replay/parts.ts';
import { PATIENCE_MS } from '../../support/eventually.ts';
import { commandLine } from '../../support/usage.ts';
import { Crowd } from '../crowd.ts';
import { Changes } from './changes.ts';
import { consume } from './consumer.ts';
import { allIdle, enginesOf, judgeParts, liveOf } from './divided.ts';
import { Door } from './door.ts';
import { type Damage, rage, type Scene, schedule } from './faults.ts';
import { Hostile } from './hostile.ts';
import { randomOf } from './load.ts';
import { nextVersion, sideBySide } from './next-version.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { Producer } from './producer.ts';
import { Pulse } from './pulse.ts';
import { type Change, Replay } from './replay.ts';
import { Retained } from './retained.ts';
import { Servers } from './servers.ts';
import { type Row, rowsOf, tableOf } from './table.ts';
import { AUTOMATIONS, Traffic } from './traffic.ts';
import { judge, type Verdict } from './verdict.ts';

const NAMESPACE = 'chaos';
const QUEUES = ['actions', 'pages'];
const GREEDY = ['pages'];

/** Between two visits of the consumer. */
const CONSUME_EVERY_MS = 100;

/** So many firings by which a backtest differs are shown, of each kind. */
const EXAMPLES = 3;

/** Promised: all is applied and relayed so long after the last fault and the last event. */
const DRAIN_BOUND_MS = 60_000;

/** Where nothing has moved for so long, nothing will. The table judges what is promised. */
const STANDING_MS = Math.max(DRAIN_BOUND_MS, PATIENCE_MS);

/** Promised: the throughput is back so long after a fault. */
const RECOVERY_BOUND_MS = 10_000;

/** What is left to judge when the noise is over. */
type Outcome = {
  damage: Damage;
  /** When the last event was sent (performance.now()). */
  sentAt: number;
  drainMs: number;
  changes: Change[];
  crashes: string[];
  lateStops: number;
};

function clientOf(door: Door): Redis {
  const redis = new Redis(door.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  return redis;
}

/** Takes jobs until `signal` says that nothing comes any more. */
async function consumeUntil(redis: Redis, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A lost connection loses no job: it was taken with its note, or not at all.
    await consume(redis, NAMESPACE, QUEUES, GREEDY).catch(() => 0);
    await pause(CONSUME_EVERY_MS);
  }
}

async function whatWaits(redis: Redis, partitions: number): Promise<string> {
  const each = enginesOf(NAMESPACE, partitions).map(async (namespace) => {
    const [events, firings] = [`{${namespace}}:events`, `{${namespace}}:firings`];
    return await Promise.all([
      redis.get(`{${namespace}}:position`),
      redis.xrevrange(events, '+', '-', 'COUNT', 1),
      redis.xinfo('GROUPS', events),
      redis.xinfo('GROUPS', firings),
    ]);
  });
  return JSON.stringify(await Promise.all(each));
}

/** Waits as long as anything moves. */
async function untilDrained(redis: Redis, crowd: Crowd, partitions: number): Promise<number> {
  const begin = performance.now();
  let last = { state: '', at: begin };
  while (!(await allIdle(redis, NAMESPACE, partitions).catch(() => false))) {
    const state = await whatWaits(redis, partitions).catch(() => last.state);
    if (state !== last.state) last = { state, at: performance.now() };
    if (performance.now() - last.at > STANDING_MS)
      throw new Error(`not drained: ${state} ${crowd.complaints.slice(-10).join('')}`);
    await pause(50);
  }
  return Math.round(performance.now() - begin);
}

/** Sends all events while everything goes wrong, then waits until they are dealt with and freezes what is there. */
async function run(options: Options, scene: Scene, perSecond: number): Promise<Outcome> {
  const { crowd, producer, redis, changes } = scene;
  await changes.put(AUTOMATIONS);
  await Promise.all(Array.from({ length: options.workers }, () => crowd.add()));
  const over = new AbortController();
  const consuming = consumeUntil(redis, over.signal);
  const peace = new AbortController();
  const hostility = options.hostile > 0 ? scene.hostile.run(peace.signal) : null;
  const raging = rage(scene, schedule(options, scene.random), options.events, over.signal);
  await producer.run(options.events, perSecond);
  const sentAt = performance.now();
  scene.say('all is sent');
  const damage = await raging;
  scene.say('the last fault is done');
  peace.abort();
  await hostility;
  const drainMs = await untilDrained(redis, crowd, options.partitions);
  scene.say('drained');
  // From here on nothing is decided any more: time goes on, and the model has to know up to where. The one that hears the
  // others comes last, so that it is in the log what they said.
  await changes.put([...AUTOMATIONS].reverse().map((document) => ({ ...document, enabled: false })));
  await untilDrained(redis, crowd, options.partitions);
  over.abort();
  await consuming;
  const lateStops = await crowd.stop();
  await changes.close();
  const made = options.partitions > 0 ? [] : await changes.survived();
  return { damage, sentAt, drainMs, changes: made, crashes: crowd.crashes, lateStops };
}

/** From any fault, however soon others followed it, as long as events came. */
function slowestRecovery({ damage, sentAt }: Outcome, pulse: Pulse, perSecond: number): number {
  const times = damage.done.map(({ at }) => pulse.recoveryMs(at, sentAt, perSecond) ?? Math.max(0, sentAt - at));
  return Math.max(0, ...times);
}

function rows(
  options: Options,
  scene: Scene,
  pulse: Pulse,
  outcome: Outcome,
  verdict: Verdict,
  perSecond: number,
): Row[] {
  const { damage, drainMs, crashes, lateStops } = outcome;
  const slowest = slowestRecovery(outcome, pulse, perSecond);
  const done = (kind: string): number => damage.done.filter((one) => one.kind === kind).length;
  return [
    ['seed', String(options.seed)],
    ['durability', options.durability],
    ['partitions', options.partitions],
    ['events sent', scene.producer.sent],
    ['acknowledged', scene.producer.acknowledged],
    ['answer lost', scene.producer.unknown],
    ['taken by a dying Redis', damage.taken],
    ['kills', done('kill')],
    ['stops', done('stop')],
    ['Redis kills', done('redis kill')],
    ['failovers', done('failover')],
    ['disturbances', done('disturbance')],
    ['foreign scripts', done('scripts')],
    ['changes of automations', done('change')],
    ['hostile entries', scene.hostile.sent],
    ['ids that are no times', scene.hostile.unusable],
    ...rowsOf(verdict),
    ['acknowledged and lost', damage.lost, damage.lost > 0],
    ['workers that crashed', crashes.length, crashes.length > 0],
    ['workers that would not stop', lateStops, lateStops > 0],
    ['longest outage (ms)', damage.longestOutageMs],
    // Where as many events come as the machine can bear, and faults one upon the other, no times are promised.
    ['drain (ms)', drainMs, options.rate > 0 && drainMs > DRAIN_BOUND_MS],
    ['events/s', pulse.perSecond],
    ['slowest recovery (ms)', slowest, options.rate > 0 && slowest > RECOVERY_BOUND_MS],
    ['largest worker (MB)', scene.crowd.peakBytes / 1e6],
  ];
}

/**
 * `watchfire backtest` of what was recorded gives the ledger again, whatever happened to workers and servers.
 * @param whole whether the log is: one that was set straight begins somewhere
 */
async function replayed(
  redis: Redis,
  partitions: number,
  whole: boolean,
): Promise<{ rows: Row[]; examples: string[] }> {
  const { same, own, complete } = await backtestAll(liveOf(redis, NAMESPACE, partitions), (part) => ({
    redis,
    namespace: `${NAMESPACE}-replayed-${part}`,
  }));
  const differing = (same?.extra.length ?? 0) + (same?.missing.length ?? 0) + (same?.misplaced ? 1 : 0);
  const others = (own?.unexpected ?? 0) + (own?.lacking ?? 0);
  const few = (what: string, list: readonly object[] = []): string[] =>
    list.slice(0, EXAMPLES).map((told) => `backtest: ${what} ${JSON.stringify(told)}`);
  return {
    rows: [
      ['firings replayed by backtest', same?.compared ?? 0, whole && !complete],
      ['backtest differs', differing, differing > 0],
      ['own entries that backtest does not find', others, complete && others > 0],
    ],
    examples: [
      ...few('only replayed', same?.extra),
      ...few('only in the ledger', same?.missing),
      ...few('elsewhere', same?.misplaced ? [same.misplaced] : []),
    ],
  };
}

function pulseOf(redis: Redis, partitions: number): Pulse {
  return new Pulse(
    redis,
    enginesOf(NAMESPACE, partitions).map((name) => `{${name}}:counters`),
  );
}

async function divided(redis: Redis, partitions: number): Promise<void> {
  if (partitions > 0) await divide(liveOf(redis, NAMESPACE, 0), layoutOf(partitions, DEFAULT_PARTITION_LABEL));
}

async function verdictOn(redis: Redis, partitions: number, { changes }: Outcome): Promise<Verdict> {
  if (partitions > 0) return await judgeParts(redis, NAMESPACE, partitions, AUTOMATIONS);
  return await judge(new Retained(redis, NAMESPACE), new Replay(changes), AUTOMATIONS);
}

async function main(): Promise<number> {
  const options = commandLine(USAGE, () => optionsOf(process.argv.slice(2)));
  const begin = performance.now();
  const say = (sentence: string): void => {
    if (options.verbose) process.stderr.write(`${((performance.now() - begin) / 1_000).toFixed(1)} s  ${sentence}\n`);
  };
  process.stdout.write(`seed ${options.seed}\n`);
  const servers = await Servers.start();
  const door = await new Door(servers.port).open();
  const calm = await new Door(servers.port).open();
  servers.lead([door, calm]);
  const redis = clientOf(calm);
  const sending = clientOf(calm);
  const attacking = clientOf(calm);
  const crowd = new Crowd({
    redisUrl: door.url,
    namespace: NAMESPACE,
    settings: { durability: options.durability },
    beside: options.next > 0 ? nextVersion() : undefined,
    cache: path.join(servers.home, 'cache'),
    spares: 2,
  });
  const pulse = pulseOf(redis, options.partitions);
  const watchdog = setTimeout(() => {
    process.stdout.write(
      `given up after ${options.limit} s, seed ${options.seed}\n${crowd.complaints.slice(-20).join('')}\n`,
    );
    crowd.end();
    process.exit(1);
  }, options.limit * 1_000);
  try {
    if (options.failovers > 0) await servers.replicate();
    await divided(redis, options.partitions);
    const traffic = new Traffic(randomOf(options.seed));
    const producer = new Producer(sending, `{${NAMESPACE}}:events`, traffic, options.durability === 'replicated');
    const hostile = new Hostile(attacking, `{${NAMESPACE}}:events`, randomOf(options.seed + 2));
    const changes = new Changes(redis, NAMESPACE, AUTOMATIONS, randomOf(options.seed + 3));
    const random = randomOf(options.seed + 1);
    const scene: Scene = { servers, door, crowd, producer, hostile, changes, redis, random, say };
    const perSecond = options.rate || options.events / options.seconds;
    pulse.start();
    const outcome = await run(options, scene, perSecond);
    pulse.stop();
    say(`applied in each second: ${pulse.course.join(' ')}`);
    say('judging');
    const verdict = await verdictOn(redis, options.partitions, outcome);
    say('replaying');
    const replay = await replayed(redis, options.partitions, scene.hostile.unusable === 0);
    const versions = options.next > 0 ? await sideBySide(redis, NAMESPACE) : [];
    const table = [...rows(options, scene, pulse, outcome, verdict, perSecond), ...replay.rows, ...versions];
    const seconds = (performance.now() - begin) / 1_000;
    process.stdout.write(`${tableOf([...table, ['whole run (s)', seconds]])}\n`);
    for (const line of [...verdict.examples, ...replay.examples, ...outcome.crashes]) process.stdout.write(`${line}\n`);
    const failed = table.some(([, , wrong]) => wrong === true);
    if (failed) process.stdout.write(`${crowd.complaints.slice(-20).join('')}\n`);
    process.stdout.write(failed ? `WRONG, seed ${options.seed}\n` : `all zeros, seed ${options.seed}\n`);
    return failed ? 1 : 0;
  } finally {
    clearTimeout(watchdog);
    pulse.stop();
    // All have stopped, unless something failed: then nobody waits for them.
    crowd.end();
    for (const client of [redis, sending, attacking]) client.disconnect();
    for (const one of [door, calm]) one.close();
    await servers.remove();
  }
}

process.exitCode = await main();
