/**
 * Measures what each durability mode loses: `npm run proof -- durability [rounds]`. Prints a table.
 *
 * - killed: `kill -9` of the server under load, started again on its file.
 * - power cut: the same, and the file keeps only what the server had forced to the disk (strace has to be there).
 * - failover: the primary is killed while its replica is half a second behind, and the replica takes over.
 */
import { Worker as Consumer } from 'bullmq';
import type { AutomationDocument } from '../../../src/index.ts';
import { Watchfire, type WatchfireOptions } from '../../../src/index.ts';
import { keysOf } from '../../../src/redis/keys.ts';
import { jobsOfFirings, Load } from './load.ts';
import { Disk, drained, idsIn, machine, pairOf, replicate } from './machine.ts';

const ROUNDS = Number(process.argv[2] ?? 3);
const LOAD_MS = 1_500;
const BEHIND_MS = 500;
/** Little enough for one process to be producer, worker and consumer at once. */
const GENTLE = { underWay: 10, restMs: 8 };
const EVENTS = keysOf('wf').events;

type Mode = Pick<WatchfireOptions, 'durability' | 'durabilityTimeoutMs'>;
type Result = { acknowledged: number; lost: number; perSecond: number; reactions?: number; phantoms?: number };

const MODES: Readonly<Record<'memory' | 'fsync' | 'replicated', Mode>> = {
  memory: { durability: 'memory' },
  fsync: { durability: 'fsync' },
  replicated: { durability: 'replicated', durabilityTimeoutMs: 1_000 },
};

/** One server that dies under load and comes back with its file, or with what of it was on the disk. */
async function crash(mode: Mode, powerCut: boolean, round: number, byHttp = false): Promise<Result> {
  const server = await machine(mode.durability === 'fsync' ? 'always' : 'everysec');
  try {
    const disk = powerCut ? await Disk.watch(server) : null;
    const load = new Load(new Watchfire({ redis: server.url, ...mode }), byHttp ? GENTLE : undefined, byHttp);
    // The file goes to the disk once a second: the moment in between must not always be the same.
    await load.run(LOAD_MS + round * 300);
    await server.kill();
    await load.stop();
    await disk?.keepOnlySynced();
    await server.start();
    return load.result(await idsIn(server, EVENTS));
  } finally {
    await server.remove();
  }
}

/** The pace of a mode while nothing happens, with a replica there. */
async function calm(mode: Mode): Promise<Result> {
  const primary = await machine(mode.durability === 'fsync' ? 'always' : 'everysec');
  const replica = await machine();
  try {
    await replicate(replica, primary);
    const load = new Load(new Watchfire({ redis: primary.url, ...mode }));
    await load.run(LOAD_MS);
    await load.stop();
    return load.result(await idsIn(primary, EVENTS));
  } finally {
    await Promise.all([primary.remove(), replica.remove()]);
  }
}

const automation: AutomationDocument = {
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: ['x'] },
  actions: [{ type: 'queue', queue: 'mail' }],
};

/** A primary that dies while its replica is behind. Phantoms: jobs that ran, of firings that nobody remembers afterwards. */
async function failover(mode: Mode, byHttp = false): Promise<Result> {
  const { primary, replica, line } = await pairOf();
  const ran = new Set<string>();
  try {
    const watchfire = new Watchfire({ redis: primary.url, ...mode });
    await watchfire.put(automation);
    await watchfire.startWorker();
    const consumer = new Consumer('mail', async (job) => void ran.add(String(job.id)), {
      connection: { url: primary.url },
      prefix: watchfire.queuePrefix,
      concurrency: 50,
    });
    consumer.on('error', () => undefined);
    const load = new Load(watchfire, GENTLE, byHttp);
    setTimeout(() => line.block(), LOAD_MS - BEHIND_MS).unref();
    await load.run(LOAD_MS);
    await primary.kill();
    line.cut();
    await load.stop();
    await consumer.close(true);
    await replica.redis.replicaof('NO', 'ONE');
    const heir = new Watchfire({ redis: replica.url });
    await heir.startWorker();
    await drained(replica);
    await heir.close();
    const fired = jobsOfFirings(await replica.redis.xrange(keysOf('wf').firings, '-', '+'));
    const phantoms = [...ran].filter((id) => !fired.has(id)).length;
    return { ...load.result(await idsIn(replica, EVENTS)), reactions: ran.size, phantoms };
  } finally {
    await Promise.all([primary.remove(), replica.remove()]);
    line.close();
  }
}

/** Rows in which something was lost that the mode promises. */
const broken: string[] = [];

/** @param mode of the row; all but `memory` promise what they acknowledge */
async function row(name: string, mode: string, once: (round: number) => Promise<Result>): Promise<void> {
  const results: Result[] = [];
  for (let round = 0; round < ROUNDS; round += 1) results.push(await once(round));
  const sum = (pick: (result: Result) => number): number => results.reduce((total, one) => total + pick(one), 0);
  const jobs =
    results[0]?.reactions === undefined ? '–' : `${sum((r) => r.phantoms ?? 0)} of ${sum((r) => r.reactions ?? 0)}`;
  if (mode !== 'memory' && sum(({ lost, phantoms = 0 }) => lost + phantoms) > 0) broken.push(`${name}, ${mode}`);
  const worst = Math.max(...results.map(({ lost }) => lost));
  const pace = Math.round(sum(({ perSecond }) => perSecond) / ROUNDS);
  console.log(
    `| ${name} | ${mode} | ${sum(({ acknowledged }) => acknowledged)} | ${sum(({ lost }) => lost)} (at most ${worst}) | ${jobs} | ${pace} |`,
  );
}

console.log(`${ROUNDS} rounds of some ${LOAD_MS} ms each\n`);
console.log('| what | mode | acknowledged | of these lost | jobs that ran without a firing | events/s |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [name, mode] of Object.entries(MODES)) await row('nothing', name, () => calm(mode));
await row('server killed', 'memory', (round) => crash(MODES.memory, false, round));
await row('server killed', 'fsync', (round) => crash(MODES.fsync, false, round));
await row('power cut', 'memory', (round) => crash(MODES.memory, true, round));
await row('power cut', 'fsync', (round) => crash(MODES.fsync, true, round));
await row('failover', 'memory', () => failover(MODES.memory));
await row('failover', 'replicated', () => failover(MODES.replicated));
await row('server killed, events by HTTP', 'fsync', (round) => crash(MODES.fsync, false, round, true));
await row('power cut, events by HTTP', 'fsync', (round) => crash(MODES.fsync, true, round, true));
await row('failover, events by HTTP', 'replicated', () => failover(MODES.replicated, true));
if (broken.length > 0) console.log(`lost although it was promised: ${broken.join('; ')}`);
process.exit(broken.length > 0 ? 1 : 0);
