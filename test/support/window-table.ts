import { expect } from 'vitest';
import { indexFaults } from './deadlines.ts';
import { difference, type Snapshot, type Value } from './snapshot.ts';
import { ms, seconds, World } from './world.ts';

/**
 * A window in words: `[start,end) count` and, where they are there, `due`, `keep`, `silent`, `last`, and
 * `alert start missing until`. All times in seconds. `-` is no window.
 */
export type Shown = string;

const TIMES = ['start', 'end', 'due', 'keep', 'alert_start', 'alert_until'];

/** Writes a window, as it is shown, with its place in the index. */
export async function seedWindow(world: World, name: string, key: string, shown: Shown): Promise<void> {
  if (shown === '-') return;
  const { redis, store } = world;
  const fields: Record<string, string | number> = {};
  const [, start, end, count] = /^\[(\S+),(\S+)\) (-?\d+)/.exec(shown) ?? [];
  if (start !== undefined) {
    const due = /due (\S+)/.exec(shown)?.[1] ?? end;
    Object.assign(fields, {
      start: ms(Number(start)),
      end: ms(Number(end)),
      count,
      due: ms(Number(due)),
      opened: '1-0',
    });
  }
  const [, keep] = /keep (\S+)/.exec(shown) ?? [];
  if (keep !== undefined) fields.keep = ms(Number(keep));
  const [, silent] = /silent (\d)/.exec(shown) ?? [];
  if (silent !== undefined) fields.silent = silent;
  const [, last] = /last (\S+)/.exec(shown) ?? [];
  if (last !== undefined) Object.assign(fields, { last: documentOf(last), opener: last });
  const [, alert, missing, until] = /alert (\S+) (\d+) (\S+)/.exec(shown) ?? [];
  if (alert !== undefined) {
    Object.assign(fields, { alert_start: ms(Number(alert)), alert_missing: missing, alert_until: ms(Number(until)) });
  }
  await redis.hset(`${store.prefixes.window}${name}:${key}`, fields);
  // The lowest possible bound: every look may find it too early.
  await redis.zadd(store.prefixes.deadlines + name, 0, key);
  await redis.zadd(store.keys.due, 0, name);
}

const documentOf = (id: string): string =>
  JSON.stringify({
    id,
    event: 'seeded',
    resource: { id: 'r' },
    related: [],
    occurred: new Date(ms(0)).toISOString(),
    follows: null,
    payload: {},
    cause_chain: [],
    received: new Date(ms(0)).toISOString(),
  });

export function showWindow(value: Value | null | undefined): Shown {
  if (!value) return '-';
  const fields = value as Record<string, string>;
  const at = (field: string): number => seconds(Number(fields[field]));
  for (const field of TIMES) {
    if (fields[field] !== undefined && !Number.isInteger(Number(fields[field]))) throw new Error(`${field} is no time`);
  }
  const parts: string[] = [];
  if (fields.start !== undefined) parts.push(`[${at('start')},${at('end')}) ${fields.count}`);
  if (fields.due !== undefined && fields.due !== fields.end) parts.push(`due ${at('due')}`);
  if (fields.keep !== undefined) parts.push(`keep ${at('keep')}`);
  if (fields.silent !== undefined) parts.push(`silent ${fields.silent}`);
  if (fields.last !== undefined) parts.push(`last ${JSON.parse(fields.last).id}`);
  if (fields.alert_start !== undefined) {
    parts.push(`alert ${at('alert_start')} ${fields.alert_missing} ${at('alert_until')}`);
  }
  return parts.join(' ');
}

/** What applying an entry always changes; anything else is an effect of its rules. */
const BOOKKEEPING = /^(position|clock|counters|quota-used|seen.*|events)$/;

/** Keys that changed besides the bookkeeping, the window, its index and the ledger: there should be none. */
export function strays(before: Snapshot, after: Snapshot, name: string, key: string): string[] {
  const known = new Set([`window:${name}:${key}`, `deadlines:${name}`, 'due', 'firings']);
  return Object.keys(difference(before, after)).filter((changed) => !BOOKKEEPING.test(changed) && !known.has(changed));
}

export type Meeting = {
  trigger: object;
  before: Shown;
  /** Name of the event that arrives. */
  event: string;
  /** When it occurred, in seconds; by default when it arrives. */
  t?: number;
  /** When it arrives. */
  at: number;
};

/** One event meets one window. @returns word, window afterwards, and what the ledger says */
export async function meet(world: World, { trigger, before: shown, event, t, at }: Meeting): Promise<string[]> {
  await world.put({ id: 'a', name: 'A', trigger });
  const { name } = await world.node('a');
  const { prefixes } = world.store;
  await world.redis.del(`${prefixes.window}${name}:`, prefixes.deadlines + name, world.store.keys.due);
  await seedWindow(world, name, '', shown);
  const before = await world.state();
  await world.at(at).send(event, { id: 'new', ...(t !== undefined && { t }) });
  const [words = ''] = await world.drain();
  const after = await world.state();
  expect(strays(before, after, name, '')).toEqual([]);
  expect(indexFaults(after)).toEqual([]);
  return [words.replace('applied ', ''), showWindow(after[`window:${name}:`]), ...(await world.told())];
}

/** A row of a table of rules 7: its name, trigger, window before, event with its time, word, window after, ledger. */
export type Row = [
  row: string,
  trigger: object,
  before: Shown,
  event: string,
  word: string,
  after: Shown,
  ...told: string[],
];

/** What a row of a table leads to, to be compared with its last columns. */
export async function meetRow([, trigger, before, sent]: Row): Promise<string[]> {
  const [event = '', time] = sent.split('@');
  const t = Number(time);
  // It arrives when it happens, or at 0 when it is older: nobody knows of a lag yet.
  return await meet(new World(), { trigger, before, event, t, at: Math.max(t, 0) });
}

/** The last columns of a row: word, window after, ledger. */
export const outcomeOf = ([, , , , ...outcome]: Row): string[] => outcome;
