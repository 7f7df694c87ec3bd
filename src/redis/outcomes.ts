import type { Redis } from 'ioredis';
import type { Labels } from '../model/event.ts';
import { type GateMark, KEPT } from '../model/gate-mark.ts';
import { isRecord } from '../model/record.ts';
import { serverTimeMs } from './server-time.ts';
import { SILENCES_VERSION } from './silences.ts';
import type { Store } from './store.ts';
import { shownJson, storedNumber } from './stored.ts';
import { inOneWrite } from './transaction.ts';

/** Reads what is recorded of a firing, in the order in which it happened. What others wrote there is left out. */
export function marksIn(text: string | null | undefined): GateMark[] {
  const record = shownJson(text ?? undefined);
  if (!isRecord(record) || !Array.isArray(record.marks)) return [];
  return record.marks.flatMap((mark: unknown) => (isMark(mark) ? [mark] : []));
}

function isMark(value: unknown): value is GateMark {
  if (!isRecord(value)) return false;
  const { what, at, actions } = value;
  const known = (KEPT as readonly unknown[]).includes(what);
  return known && typeof at === 'number' && Array.isArray(actions) && actions.every(Number.isInteger);
}

/** What is recorded of these firings, in their order. */
export async function outcomesOf(redis: Redis, store: Store, firings: readonly string[]): Promise<GateMark[][]> {
  if (firings.length === 0) return [];
  return (await redis.hmget(store.keys.outcomes, ...firings)).map(marksIn);
}

/** An automation and a key, as `muted` knows them. */
export function mutedName(automation: string, labels: Labels): string {
  return `${automation} ${keyText(labels)}`;
}

/** The labels of a key as text, in an order that does not depend on who wrote them. */
export function keyText(labels: Labels): string {
  return JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** One look before firings pass the gate. `nowMs`: of Redis, or of a simulation; `version`: how often the silences were changed. */
export type GateView = Readonly<{
  nowMs: number;
  version: string;
  /** By firing id */
  outcomes: ReadonlyMap<string, readonly GateMark[]>;
  /** The firing whose alert nobody was told of, by `mutedName` */
  muted: ReadonlyMap<string, string>;
}>;

/** Looks at the time, at what is recorded of these firings and at what is muted, in one round trip. */
export async function viewGate(
  redis: Redis,
  store: Store,
  { firings, names }: Readonly<{ firings: readonly string[]; names: readonly string[] }>,
): Promise<GateView> {
  const { keys, shared } = store;
  const [version, serverMs, outcomes, firingsMuted] = await inOneWrite(redis, () =>
    Promise.all([
      redis.hget(shared.silences, SILENCES_VERSION),
      serverTimeMs(redis),
      outcomesOf(redis, store, firings),
      names.length === 0 ? [] : redis.hmget(keys.muted, ...names),
    ]),
  );
  return {
    nowMs: storedNumber(store.virtualNow(), serverMs),
    version: version ?? '',
    outcomes: new Map(firings.map((firing, i) => [firing, outcomes[i] ?? []])),
    muted: new Map(names.flatMap((name, i) => (firingsMuted[i] == null ? [] : [[name, firingsMuted[i]]]))),
  };
}
