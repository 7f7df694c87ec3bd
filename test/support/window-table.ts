import { expect } from 'vitest';
import { parseWindowText } from '../../src/redis/window-text.ts';
import { indexFaults } from './deadlines.ts';
import { difference, kindOfTrigger, type Snapshot } from './snapshot.ts';
import { ms, seconds, World } from './world.ts';

/**
 * A window in words: `[start,end) count` and, where they are there, `due`, `keep`, `silent`, `last`, and
 * `alert start missing until`. All times in seconds. `-` is no window.
 */
export type Shown = string;

/** Writes a window, as it is shown, with its place in the index. */
export async function seedWindow(world: World, name: string, key: string, shown: Shown): Promise<void> {
  if (shown === '-') return;
  const { redis, store } = world;
  const [, last] = /last (\S+)/.exec(shown) ?? [];
  const text = withTimes(shown.replace(/ ?last \S+/, ''), ms).replace(/ keep \d+(?! silent)/, (keep) =>
    shown.includes('silent') ? keep : '',
  );
  await redis.hset(store.prefixes.windows + name, key, last === undefined ? text : `${text} opener ${last}`);
  if (last !== undefined) await redis.hset(store.prefixes.last + name, key, documentOf(last));
  // The lowest possible bound: every look may find it too early.
  await redis.zadd(store.prefixes.deadlines + name, 0, key);
  await redis.zadd(store.keys.due, 0, name);
}

/** The same text with every time in it changed. */
function withTimes(text: string, change: (time: number) => number): string {
  return text
    .replace(/^\[(\S+),(\S+)\)/, (_, start, end) => `[${change(Number(start))},${change(Number(end))})`)
    .replace(/(due|keep) (-?[\d.]+)/g, (_, word, time) => `${word} ${change(Number(time))}`)
    .replace(
      /alert (\S+) (\d+) (\S+)/,
      (_, start, missing, until) => `alert ${change(Number(start))} ${missing} ${change(Number(until))}`,
    );
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

/** How long a finished window of a Reactive trigger is kept (rules 1), in seconds. */
const KEEP = 60;

/** Also of a trigger whose definition is gone: nothing says that it was Reactive. */
function isProactive(state: Snapshot, name: string): boolean {
  const kind = kindOfTrigger(state, name);
  return kind === undefined || kind % 2 === 1;
}

/** The window of a key of a trigger in a whole state. A Reactive one says when it is forgotten, which its text leaves out. */
export function showWindow(state: Snapshot, name: string, key = ''): Shown {
  const text = (state[`windows:${name}`] as Record<string, string> | undefined)?.[key];
  if (text === undefined) return '-';
  const last = (state[`last:${name}`] as Record<string, string> | undefined)?.[key];
  const { open, keep, silent, alert } = parseWindowText(text);
  const proactive = isProactive(state, name);
  const parts: string[] = [];
  if (open) parts.push(`[${seconds(open.start)},${seconds(open.end)}) ${open.count}`);
  if (open && open.due !== open.end) parts.push(`due ${seconds(open.due)}`);
  if (open && !proactive) parts.push(`keep ${seconds(open.due) + KEEP}`);
  else if (keep !== null) parts.push(`keep ${seconds(keep)}`);
  if (silent !== null) parts.push(`silent ${silent ? 1 : 0}`);
  if (last !== undefined) parts.push(`last ${JSON.parse(last).id}`);
  if (alert) parts.push(`alert ${seconds(alert.start)} ${alert.missing} ${seconds(alert.until)}`);
  return parts.join(' ');
}

/** What applying an entry always changes; anything else is an effect of its rules. */
const BOOKKEEPING = /^(position|clock|counters|quota-used|seen.*|events)$/;

/** Keys that changed besides the bookkeeping, the window, its index and the ledger: there should be none. */
export function strays(before: Snapshot, after: Snapshot, name: string): string[] {
  const known = new Set([`windows:${name}`, `last:${name}`, `deadlines:${name}`, 'due', 'firings']);
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
  await world.redis.del(prefixes.windows + name, prefixes.deadlines + name, world.store.keys.due);
  await seedWindow(world, name, '', shown);
  const before = await world.state();
  await world.at(at).send(event, { id: 'new', ...(t !== undefined && { t }) });
  const [words = ''] = await world.drain();
  const after = await world.state();
  expect(strays(before, after, name)).toEqual([]);
  expect(indexFaults(after)).toEqual([]);
  const left = showWindow(after, name);
  if (left === '-') expect(after[`deadlines:${name}`]).toBeUndefined();
  return [words.replace('applied ', ''), left, ...(await world.told())];
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
