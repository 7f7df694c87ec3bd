import type { Watchfire } from '../../../src/index.ts';
import { type Alone, alone, type Both, type Evidence, wasDisturbed } from './departures.ts';
import { type Fired, firedByPrefect, firedByWatchfire, logged, storedEvents } from './firings.ts';
import type { Prefect } from './prefect.ts';
import { ABSENCES, type Automation, DEPARTURES, EACH_COUNTED, SILENT } from './twenty.ts';

/** What both fired, and where the two do not agree, in words. */
export type Agreement = Both &
  Readonly<{
    differences: readonly string[];
    /** How often one of them fired alone for a reason that the rules name, by who and their words. */
    departed: ReadonlyMap<string, number>;
  }>;

const of = (name: string, fired: readonly Fired[]): Fired[] => fired.filter(({ automation }) => automation === name);

/** Compares the two as they are now. @param automations one of each name @param redelivered events that Prefect's evaluation failed at first */
export async function compare(
  automations: readonly Automation[],
  prefect: Prefect,
  watchfire: Watchfire,
  redelivered: ReadonlySet<string>,
): Promise<Agreement> {
  const stored = await storedEvents(prefect);
  const all = { prefect: firedByPrefect(stored), watchfire: await firedByWatchfire(watchfire) };
  const firedOf = (name: string): Both => ({ prefect: of(name, all.prefect), watchfire: of(name, all.watchfire) });
  const evidence: Evidence = {
    stored: new Map(stored.map((event) => [event.id, event])),
    arrivals: new Map(await logged(watchfire)),
    redelivered,
    each: firedOf(EACH_COUNTED),
  };
  const departed = new Map<string, number>();
  const differences = automations.flatMap((automation) => {
    const { name } = automation;
    const both = firedOf(name);
    const counts = `${name}: ${both.prefect.length} and ${both.watchfire.length}`;
    const fires = both.watchfire.length > 0 && (both.prefect.length > 0 || wasDisturbed(automation, evidence));
    if (!(name in SILENT) && !fires) return [`${counts}, each has to fire`];
    if (name in DEPARTURES) return [];
    const found = alone(automation, both, evidence);
    for (const { by, why } of found)
      if (why !== null) departed.set(`${by}'s alone: ${why}`, (departed.get(`${by}'s alone: ${why}`) ?? 0) + 1);
    const wrong = found.filter(({ why }) => why === null);
    return wrong.length === 0 ? [] : [`${counts}; ${shown('Prefect', wrong)}; ${shown('Watchfire', wrong)}`];
  });
  return { ...all, differences, departed };
}

function shown(who: Alone['by'], wrong: readonly Alone[]): string {
  const whats = wrong.filter(({ by }) => by === who).map(({ what }) => what);
  return `${who} alone ${whats.length}: ${whats.slice(0, 3).join(' ')}`;
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
    Math.max(0, ...delays.filter(({ automation }) => automation in ABSENCES === isAbsence).map(({ ms }) => ms));
  return { least: Math.min(...delays.map(({ ms }) => ms)), events: most(false), absences: most(true) };
}

/** Prints how often each automation fired on both sides. */
export function tell(automations: readonly Automation[], { prefect, watchfire, departed }: Agreement): void {
  console.log('Prefect  Watchfire');
  for (const { name } of automations) {
    const reason = SILENT[name] ?? (DEPARTURES[name] && `departs: ${DEPARTURES[name]}`);
    const counts = `${String(of(name, prefect).length).padStart(7)}  ${String(of(name, watchfire).length).padStart(9)}`;
    console.log(`${counts}  ${name}${reason ? `  (${reason})` : ''}`);
  }
  for (const [words, times] of departed) console.log(`${times} of ${words}`);
}
