import { expect } from 'vitest';
import { parseWindowText } from '../../src/redis/window-text.ts';
import { indexFaults } from './deadlines.ts';
import { difference, keepMsOf, kindOfTrigger, type Snapshot } from './snapshot.ts';
import { ms, seconds, World } from './world.ts';

/**
 * A window in words: `[start,end) count` and, where they are there, `due`, `keep`, `silent`, `armed`, `hold`, `last`,
 * `alert start missing until`, `renewed`, and `early` with the remembered times of the key. All times in seconds. `-` is no window.
 */
export type Shown = string;

/** Writes a window, as it is shown, with its place in the index. */
export async function seedWindow(world: World, name: string, key: string, shown: Shown): Promise<void> {
  if (shown === '-') return;
  const { redis, store } = world;
  const [open = '', early] = shown.split(/ ?early /);
  if (early !== undefined) await seedEarly(world, name, key, early.split(' ').map(Number).map(ms));
  if (open === '') return;
  const [, last] = /last (\S+)/.exec(open) ?? [];
  const text = withTimes(open.replace(/ ?last \S+/, ''), ms).replace(/ keep \d+(?! silent)/, (keep) =>
    open.includes('silent') ? keep : '',
  );
  await redis.hset(store.prefixes.windows + name, key, last === undefined ? text : `${text} opener ${last}`);
  if (last !== undefined) await redis.hset(store.prefixes.last + name, key, documentOf(last));
  if (text.includes('renewed')) await redis.hset(store.prefixes.last + name, `\u0001${key}`, documentOf('alerted'));
  // The lowest possible bound: every look may find it too early.
  await redis.zadd(store.prefixes.deadlines + name, 0, key);
  await redis.zadd(store.keys.due, 0, name);
}

/** The half hours by which remembered times lie in hashes (lua/include/early.lua). */
const SPAN_MS = 1_800_000;

async function seedEarly({ redis, store }: World, name: string, key: string, times: readonly number[]): Promise<void> {
  const span = Math.floor((times.at(-1) ?? 0) / SPAN_MS);
  const text = `${times.map((time) => time - span * SPAN_MS).join(' ')} +0`;
  await redis.hset(`${store.prefixes.early}${span}:${name}`, key, text);
  await redis.zadd(store.keys.early, (span + 1) * SPAN_MS, `${span}:${name}`);
}

/** The remembered times of a key as they are shown; of several hashes the newest counts. */
function showEarly(state: Snapshot, name: string, key: string): string | undefined {
  const hashes = Object.keys(state).filter((stored) => stored.startsWith('early:') && stored.endsWith(`:${name}`));
  const newest = hashes.sort().findLast((stored) => key in (state[stored] as Record<string, string>));
  if (newest === undefined) return undefined;
  const beganMs = Number(newest.split(':')[1]) * SPAN_MS;
  const [times = ''] = ((state[newest] as Record<string, string>)[key] ?? '').split(' +');
  return `early ${times
    .split(' ')
    .map((time) => seconds(beganMs + Number(time)))
    .join(' ')}`;
}

/** The same text with every time in it changed. */
function withTimes(text: string, change: (time: number) => number): string {
  return text
    .replace(/^\[(\S+),(\S+)\)/, (_, start, end) => `[${change(Number(start))},${change(Number(end))})`)
    .replace(/(due|keep|armed|renewed) (-?[\d.]+)/g, (_, word, time) => `${word} ${change(Number(time))}`)
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

/** Also of a trigger whose definition is gone: nothing says that it was Reactive. */
function isProactive(state: Snapshot, name: string): boolean {
  const kind = kindOfTrigger(state, name);
  return kind === undefined || kind % 2 === 1;
}

/** The window of a key of a trigger in a whole state. A Reactive one says when it is forgotten, which its text leaves out. */
export function showWindow(state: Snapshot, name: string, key = ''): Shown {
  const text = (state[`windows:${name}`] as Record<string, string> | undefined)?.[key];
  const early = showEarly(state, name, key);
  if (text === undefined) return early ?? '-';
  const last = (state[`last:${name}`] as Record<string, string> | undefined)?.[key];
  const { open, keep, silent, armed, hold, alert } = parseWindowText(text);
  const proactive = isProactive(state, name);
  const parts: string[] = [];
  if (open) parts.push(`[${seconds(open.start)},${seconds(open.end)}) ${open.count}`);
  if (open && open.due !== open.end) parts.push(`due ${seconds(open.due)}`);
  if (open && !proactive) parts.push(`keep ${seconds(open.due + keepMsOf(state, name))}`);
  else if (keep !== null) parts.push(`keep ${seconds(keep)}`);
  if (silent !== null) parts.push(`silent ${silent ? 1 : 0}`);
  if (armed !== null) parts.push(`armed ${seconds(armed)}`);
  if (hold > 0) parts.push(`hold ${hold}`);
  if (last !== undefined) parts.push(`last ${JSON.parse(last).id}`);
  if (alert) parts.push(`alert ${seconds(alert.start)} ${alert.missing} ${seconds(alert.until)}`);
  if (alert?.armed != null) parts.push(`renewed ${seconds(alert.armed)}`);
  if (early !== undefined) parts.push(early);
  return parts.join(' ');
}

/** What applying an entry always changes; anything else is an effect of its rules. */
const BOOKKEEPING = /^(position|clock|counters|quota-used|seen.*|events)$/;

/** Keys that changed besides the bookkeeping, the window, its index and the ledger: there should be none. */
export function strays(before: Snapshot, after: Snapshot, name: string): string[] {
  const known = new Set([`windows:${name}`, `last:${name}`, `deadlines:${name}`, 'due', 'firings', 'early']);
  return Object.keys(difference(before, after)).filter(
    (changed) => !BOOKKEEPING.test(changed) && !known.has(changed) && !/^early:\d+:/.test(changed),
  );
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
  if (left === '-' || left.startsWith('early')) expect(after[`deadlines:${name}`]).toBeUndefined();
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
