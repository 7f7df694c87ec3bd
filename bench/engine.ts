import type { Redis } from 'ioredis';
import { compiledFields, planOf, storedPlan } from '../src/match/plan.ts';
import { parseAutomation } from '../src/model/automation.ts';
import { requireFormat } from '../src/redis/format.ts';
import { putAutomation } from '../src/redis/steps/put-automation.ts';
import { type Store, storeOf } from '../src/redis/store.ts';
import { cpuOf } from './measure.ts';
import { Program } from './program.ts';
import type { Context } from './result.ts';

/** Entries of the log: id and the text of `data`. */
export type Log = readonly (readonly [id: string, data: string])[];

/** Puts under way at a time: enough to keep Redis busy. */
const PUTS_UNDER_WAY = 200;

/** Values a script may take at once, with room to spare. */
const APPENDED_AT_ONCE = 2_000;

/** Between two looks at the position: short beside every time that is measured, seldom enough to cost nothing. */
const LOOK_EVERY_MS = 2;

const APPEND = `for i = 1, #ARGV, 2 do redis.call('XADD', KEYS[1], ARGV[i], 'data', ARGV[i + 1]) end`;

export const NAMESPACE = 'bench';
export const STORE: Store = storeOf(NAMESPACE);

/** An empty Redis. */
export async function empty({ redis }: Context): Promise<void> {
  await redis.flushall('SYNC');
}

/**
 * Puts many automations that do not listen to state-change events into an engine that has none, by the same script as always.
 * The generation that each change expects is foreseen, so that they need not wait for each other.
 */
export async function define(redis: Redis, documents: readonly object[]): Promise<void> {
  const put = async (document: object, revision: number): Promise<void> => {
    const automation = parseAutomation(document);
    const plan = planOf(automation, revision, null);
    const triggers = plan.nodes.map((node) => ({ name: node.name, fresh: true, fields: compiledFields(plan, node) }));
    const change = {
      generation: String(revision - 1),
      id: automation.id,
      revision: String(revision),
      enabled: true,
      resumes: false,
      gone: [],
      triggers,
      listens: false,
      queues: [],
    };
    const stored = JSON.stringify(storedPlan(plan));
    const { word } = await putAutomation(redis, STORE, change, JSON.stringify(automation.document), stored);
    if (word !== 'changed') throw new Error(`${automation.id}: ${word}`);
  };
  await requireFormat(redis, STORE);
  const [first, ...others] = documents;
  // Alone, because it may have to load the script first.
  if (first) await put(first, 1);
  for (let at = 0; at < others.length; at += PUTS_UNDER_WAY) {
    await Promise.all(others.slice(at, at + PUTS_UNDER_WAY).map((document, i) => put(document, at + i + 2)));
  }
}

/** The arguments of the calls that append a log. */
function appending(log: Log): string[][] {
  const calls: string[][] = [];
  for (let at = 0; at < log.length; at += APPENDED_AT_ONCE) calls.push(log.slice(at, at + APPENDED_AT_ONCE).flat());
  return calls;
}

/** Appends a log bit by bit. */
export async function append(redis: Redis, log: Log): Promise<void> {
  for (const values of appending(log)) await redis.eval(APPEND, 1, STORE.keys.events, ...values);
}

/**
 * Appends a log in one moment, so that whoever takes it finds all of it there, and appending takes no time from them.
 * Answers the server's processor time up to this moment, in µs.
 */
export async function appear(redis: Redis, log: Log): Promise<number> {
  const transaction = redis.multi();
  for (const values of appending(log)) transaction.eval(APPEND, 1, STORE.keys.events, ...values);
  const answers = (await transaction.info('cpu').exec()) ?? [];
  for (const [error] of answers) if (error) throw error;
  return cpuOf(String(answers.at(-1)?.[1]));
}

/** How many events a made-up log has in a millisecond: what a busy engine sees. */
const EVENTS_A_MS = 50;

/** A second log behind a first one ends before the present all the same: ids that lie ahead would be replaced. */
const HEAD_START_MS = 10_000;

/** A log of `count` events whose ids are as if they had come a moment ago, none before `from`. */
export function logOf(count: number, from: number, event: (i: number) => Readonly<Record<string, unknown>>): Log {
  const first = Math.max(Date.now() - HEAD_START_MS - Math.ceil(count / EVENTS_A_MS), from);
  return Array.from({ length: count }, (_, i) => {
    const ms = first + Math.floor(i / EVENTS_A_MS);
    const data = JSON.stringify({ ...event(i), occurred: new Date(ms).toISOString() });
    return [`${ms}-${i % EVENTS_A_MS}`, data] as const;
  });
}

/** The millisecond behind the end of a log: where the next one may begin. */
export function endOf(log: Log): number {
  return Number.parseInt(log.at(-1)?.[0] ?? '0', 10) + 1;
}

/** Resolves when all entries up to this one are applied. */
export async function untilApplied(redis: Redis, log: Log): Promise<void> {
  const last = log.at(-1)?.[0];
  await until(async () => (await redis.get(STORE.keys.position)) === last);
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

/** Runs `work` with so many workers, each a process of its own, and stops them. */
export async function withWorkers<T>(
  { url }: Pick<Context, 'url'>,
  count: number,
  work: (workers: readonly Program[]) => Promise<T>,
): Promise<T> {
  const workers = Array.from({ length: count }, () => new Program('worker.ts', [url, NAMESPACE]));
  try {
    return await work(workers);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}
