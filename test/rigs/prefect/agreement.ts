import type { Watchfire } from '../../../src/index.ts';
import { type Fired, firedByPrefect, firedByWatchfire, type StoredEvent, storedEvents } from './firings.ts';
import type { Prefect } from './prefect.ts';
import { ABSENCES, COUNTED, DEPARTURES, FALSE_ABSENCE, TWICE, WATCHED_RUNS } from './twenty.ts';

/** What both fired, the events that Prefect stored, and where the two do not agree, in words. */
export type Agreement = Readonly<{
  prefect: readonly Fired[];
  watchfire: readonly Fired[];
  differences: readonly string[];
  /** How often Prefect alone fired for a reason that the rules name, by their words. */
  departed: ReadonlyMap<string, number>;
}>;

const of = (name: string, fired: readonly Fired[]): string[] =>
  fired.filter(({ automation }) => automation === name).map(({ what }) => what);

/** Compares the two as they are now. @param names of the automations */
export async function compare(names: readonly string[], prefect: Prefect, watchfire: Watchfire): Promise<Agreement> {
  const stored = await storedEvents(prefect);
  const both = { prefect: firedByPrefect(stored), watchfire: await firedByWatchfire(watchfire) };
  const departed = new Map<string, number>();
  const depart = (words: string, times: number): void => void departed.set(words, (departed.get(words) ?? 0) + times);
  const isFalse = falseAbsences(stored);
  const isRedelivered = names.some((name) => {
    const all = of(name, both.prefect);
    return !(name in DEPARTURES) && new Set(all).size < all.length;
  });
  const differences = names.flatMap((name) => {
    const [all, ours] = [of(name, both.prefect), new Set(of(name, both.watchfire))];
    if (name in DEPARTURES) return all.length > 0 && ours.size > 0 ? [] : [`${name}: ${all.length} and ${ours.size}`];
    const theirs = new Set(all);
    if (all.length > theirs.size) depart(TWICE, all.length - theirs.size);
    const missing = [...theirs].filter((what) => !ours.has(what));
    const wrong = name === WATCHED_RUNS.name ? missing.filter(isFalse) : [];
    if (wrong.length > 0) depart(FALSE_ABSENCE, wrong.length);
    const alone = missing.filter((what) => !wrong.includes(what));
    const more = [...ours].filter((what) => !theirs.has(what));
    const twice = of(name, both.watchfire).length - ours.size;
    if (alone.length + more.length + twice === 0) return [];
    // Where Prefect evaluated events twice, a count is reached sooner there, or alone.
    if (COUNTED.includes(name) && isRedelivered && twice === 0) {
      depart(TWICE, alone.length + more.length);
      return [];
    }
    const shown = `Prefect alone ${alone.slice(0, 3).join(' ')}; Watchfire alone ${more.slice(0, 3).join(' ')}`;
    return [`${name}: ${theirs.size} and ${ours.size}, ${twice} twice; ${shown}`];
  });
  return { ...both, differences, departed };
}

/** Whether a firing is of a flow run that ended in time, by what Prefect itself stored. */
function falseAbsences(stored: readonly StoredEvent[]): (what: string) => boolean {
  const begun = new Map(stored.map((event) => [event.id, event]));
  return (what) => {
    const [, id] = JSON.parse(what) as [unknown, string];
    const first = begun.get(id);
    if (first === undefined) return false;
    const until = Date.parse(first.occurred) + WATCHED_RUNS.withinMs;
    return stored.some(
      ({ event, resource, occurred }) =>
        WATCHED_RUNS.ends.includes(event) &&
        resource['prefect.resource.id'] === first.resource['prefect.resource.id'] &&
        Date.parse(occurred) < until,
    );
  };
}

/** How much later than Watchfire's Prefect's firings are, in ms, of the automations that are to agree: the least, and the most of each kind. */
export type Delays = Readonly<{ least: number; events: number; absences: number }>;

export function delaysOf({ prefect, watchfire }: Agreement): Delays {
  const key = ({ automation, what }: Fired): string => `${automation} ${what}`;
  const ours = new Map(watchfire.map((fired) => [key(fired), fired.atMs]));
  const delays = prefect.flatMap((fired) => {
    const atMs = ours.get(key(fired));
    const { automation } = fired;
    return atMs === undefined || automation in DEPARTURES ? [] : [{ automation, ms: fired.atMs - atMs }];
  });
  const most = (isAbsence: boolean): number =>
    Math.max(0, ...delays.filter(({ automation }) => ABSENCES.includes(automation) === isAbsence).map(({ ms }) => ms));
  return { least: Math.min(...delays.map(({ ms }) => ms)), events: most(false), absences: most(true) };
}

/** Prints how often each automation fired on both sides. */
export function tell(names: readonly string[], { prefect, watchfire, departed }: Agreement): void {
  console.log('Prefect  Watchfire');
  for (const name of names) {
    const departs = DEPARTURES[name];
    const counts = `${String(of(name, prefect).length).padStart(7)}  ${String(of(name, watchfire).length).padStart(9)}`;
    console.log(`${counts}  ${name}${departs ? `  (departs: ${departs})` : ''}`);
  }
  for (const [words, times] of departed) console.log(`${times} of Prefect's alone: ${words}`);
}
