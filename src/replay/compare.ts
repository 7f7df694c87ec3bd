import type { ExactFrom } from './exactness.ts';
import { keyOf } from './live.ts';
import type { ToldFiring } from './told.ts';

/** Whether a replay gives the ledger again, firing by firing. `at`: the place of the first difference among those that are compared. */
export type Sameness = Readonly<{
  compared: number;
  /** In the replay and not in the ledger, and the other way round. */
  extra: readonly ToldFiring[];
  missing: readonly ToldFiring[];
  /** The first that stands elsewhere, where both have the same firings. */
  misplaced: ToldFiring | null;
}>;

/**
 * Compares what was replayed with the ledger, each automation from where on it is exact.
 * @param doubtful keys (live.ts) that are left out: what comes of their alerts is older than the log
 * @param late firings that nothing but the passing of time brought about, at the end: the ledger may not have them yet
 */
export function sameness(
  replayed: readonly ToldFiring[],
  ledger: readonly ToldFiring[],
  from: ReadonlyMap<string, ExactFrom>,
  doubtful: ReadonlySet<string>,
  late: number,
): Sameness {
  const counts = (told: ToldFiring): boolean => {
    const exact = from.get(told.automation);
    return exact !== null && exact !== undefined && told.triggered > exact.ms && !doubtful.has(keyOf(told));
  };
  const found = replayed.filter(counts);
  const wanted = ledger.filter(counts);
  const tail = replayed.slice(replayed.length - late).filter(counts).length;
  const count = (list: readonly ToldFiring[]): Map<string, number> => {
    const counted = new Map<string, number>();
    for (const { digest } of list) counted.set(digest, (counted.get(digest) ?? 0) + 1);
    return counted;
  };
  const without = (list: readonly ToldFiring[], others: Map<string, number>): ToldFiring[] =>
    list.filter(({ digest }) => {
      const left = others.get(digest) ?? 0;
      if (left > 0) others.set(digest, left - 1);
      return left === 0;
    });
  const missing = without(wanted, count(found));
  const allowed = new Set(found.slice(found.length - tail));
  const unknown = new Set(without(found, count(wanted)));
  const extra = [...unknown].filter((told) => !allowed.has(told));
  const rest = found.filter((told) => !unknown.has(told));
  const misplaced =
    missing.length > 0 || extra.length > 0
      ? null
      : (rest.find(({ digest }, i) => digest !== wanted[i]?.digest) ?? null);
  return { compared: wanted.length, extra, missing, misplaced };
}

/** What candidates would change. `moved`: the same state change of the same key, at another time. */
export type Difference = Readonly<{
  same: number;
  fresh: readonly ToldFiring[];
  gone: readonly ToldFiring[];
  moved: readonly (readonly [live: ToldFiring, candidate: ToldFiring])[];
}>;

/** Compares firings of automations by id, key and state: the ids of firings differ as soon as a definition does. */
export function differenceOf(candidates: readonly ToldFiring[], live: readonly ToldFiring[]): Difference {
  const [ours, theirs] = [grouped(candidates), grouped(live)];
  let same = 0;
  const fresh: ToldFiring[] = [];
  const gone: ToldFiring[] = [];
  const moved: [ToldFiring, ToldFiring][] = [];
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine = [], other = []] = [ours.get(key), theirs.get(key)];
    const times = new Map<number, ToldFiring[]>();
    for (const told of other) times.set(told.triggered, [...(times.get(told.triggered) ?? []), told]);
    const unmatched = mine.filter(({ triggered }) => times.get(triggered)?.pop() === undefined);
    same += mine.length - unmatched.length;
    const left = [...times.values()].flat();
    const pairs = Math.min(unmatched.length, left.length);
    for (let i = 0; i < pairs; i += 1) moved.push([left[i] as ToldFiring, unmatched[i] as ToldFiring]);
    fresh.push(...unmatched.slice(pairs));
    gone.push(...left.slice(pairs));
  }
  const byTime = (a: ToldFiring, b: ToldFiring): number => a.triggered - b.triggered;
  return { same, fresh: fresh.sort(byTime), gone: gone.sort(byTime), moved };
}

function grouped(list: readonly ToldFiring[]): Map<string, ToldFiring[]> {
  const groups = new Map<string, ToldFiring[]>();
  for (const told of list) {
    const key = JSON.stringify([told.automation, told.labels, told.state]);
    const group = groups.get(key);
    if (group) group.push(told);
    else groups.set(key, [told]);
  }
  return groups;
}
