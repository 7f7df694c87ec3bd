import type { Redis } from 'ioredis';
import { DEFAULT_PARTITION_LABEL, layoutOf, partitionNames } from '../../../src/model/partition.ts';
import { storeOf } from '../../../src/redis/store.ts';
import type { LiveNamespace } from '../../../src/replay/live.ts';
import type { Json } from '../../oracle/event.ts';
import { idle } from './idle.ts';
import { Replay } from './replay.ts';
import { type LedgerLine, Retained } from './retained.ts';
import { Court, queuesOf, TAKEN, type Verdict } from './verdict.ts';

/** The namespaces of all engines: its own without partitions, else one for each, the global one last. */
export function enginesOf(namespace: string, partitions: number): string[] {
  return partitions === 0 ? [namespace] : partitionNames({ count: partitions }).map((name) => `${namespace}.${name}`);
}

/** What a replay reads; without partitions 0. */
export function liveOf(redis: Redis, namespace: string, partitions: number): LiveNamespace {
  const layout = partitions === 0 ? null : layoutOf(partitions, DEFAULT_PARTITION_LABEL);
  return { connections: { redis }, store: storeOf(namespace), partitions: async () => layout };
}

/** Whether all that was sent has come to the engines, is applied and handed on. */
export async function allIdle(redis: Redis, namespace: string, partitions: number): Promise<boolean> {
  const engines = enginesOf(namespace, partitions);
  const global = engines.at(-1) ?? '';
  if (partitions > 0) {
    for (const engine of engines) {
      if (!(await isFed(redis, namespace, engine, 'front'))) return false;
      const name = engine.slice(namespace.length + 1);
      if (engine !== global && !(await isFed(redis, engine, global, name))) return false;
    }
  }
  for (const engine of engines) if (!(await idle(redis, engine))) return false;
  return true;
}

/** Whether the log of `target` has all that concerns it of the log of `source`, where that is known under a name. */
async function isFed(redis: Redis, source: string, target: string, name: string): Promise<boolean> {
  const [last] = await redis.xrevrange(`{${source}}:events`, '+', '-', 'COUNT', 1);
  const fed = (await redis.hget(`{${target}}:fed`, name))?.split(' ')[0] ?? '0-0';
  const [lastMs = 0, lastSequence = 0] = (last?.[0] ?? '0-0').split('-').map(Number);
  const [ms = 0, sequence = 0] = fed.split('-').map(Number);
  return ms > lastMs || (ms === lastMs && sequence >= lastSequence);
}

/** The mistakes that are seen without a model. Those of firings are seen by the replay. */
const LOOKED_FOR = ['jobs missing', 'jobs not deserved', 'jobs twice', 'entries not applied once'] as const;

/**
 * What is known of partitions without a model: every entry of the front log came to one of them, once; each entry of theirs has one
 * outcome; every firing of any ledger has its jobs, once each.
 */
export async function judgeParts(
  redis: Redis,
  namespace: string,
  partitions: number,
  documents: readonly Json[],
): Promise<Verdict> {
  const court = new Court(new Replay([]).engine, documents);
  const ledger: LedgerLine[] = [];
  const all = { entries: 0, applied: 0, duplicates: 0, parked: 0, dead: 0 };
  const came = new Map<string, number>();
  const engines = enginesOf(namespace, partitions);
  for (const engine of engines) {
    const retained = new Retained(redis, engine);
    let entries = 0;
    for await (const [, fields] of retained.stream('events')) {
      entries += 1;
      const [form, value = ''] = fields[0] === 'straightened' ? fields.slice(2) : fields;
      const [, id] = /^front (\S+)$/.exec(form === 'fed' ? value : '') ?? [];
      if (id !== undefined && engine !== engines.at(-1)) came.set(id, (came.get(id) ?? 0) + 1);
    }
    const { letters, takenOut } = await retained.deadLetters();
    const counters = await retained.counters();
    court.counted(entries + takenOut.size, counters);
    all.entries += entries;
    all.applied += counters.applied ?? 0;
    all.duplicates += counters.duplicate ?? 0;
    all.parked += counters.parked ?? 0;
    all.dead += letters.size;
    ledger.push(...(await retained.ledger()));
  }
  const front = new Retained(redis, namespace);
  for await (const [id] of front.stream('events')) {
    const times = came.get(id) ?? 0;
    if (times !== 1) court.mistake('entries not applied once', `${id} came to ${times} partitions`);
  }
  const deserved = court.jobs(ledger, await front.jobs(queuesOf(documents), TAKEN));
  return {
    ...all,
    firings: ledger.length,
    absences: ledger.filter((line) => court.isAbsence(line)).length,
    jobs: deserved,
    mistakes: Object.fromEntries(LOOKED_FOR.map((kind) => [kind, court.mistakes[kind]])),
    examples: court.examples,
  };
}
