import type { Fired, StoredEvent } from './firings.ts';
import { firedBy } from './tumbling.ts';
import { ABSENCE_MS, ABSENCES, type Automation, COUNTED, concerns, countsOrComposes, WORDS } from './twenty.ts';

/** What both fired of one automation, in the order in which they did. */
export type Both = Readonly<{ prefect: readonly Fired[]; watchfire: readonly Fired[] }>;

/** What is known of how Prefect came to its firings. */
export type Evidence = Readonly<{
  stored: ReadonlyMap<string, StoredEvent>;
  /** When each event came in here, in ms. */
  arrivals: ReadonlyMap<string, number>;
  /** Events that Prefect's evaluation failed at first. */
  redelivered: ReadonlySet<string>;
  /** Of the automation that fires with each event that another one counts. */
  each: Both;
}>;

/** A firing of one of the two alone, or once too often, and the words of the rules that say why; null: nothing does. */
export type Alone = Readonly<{ by: 'Prefect' | 'Watchfire'; what: string; why: string | null }>;

/** What they did not both fire, once. */
export function alone(automation: Automation, both: Both, evidence: Evidence): Alone[] {
  const [theirs, ours] = [whats(both.prefect), whats(both.watchfire)];
  const told = (by: Alone['by'], what: string): Alone => {
    const why = automation.name in ABSENCES ? whyAbsent : whyCounted;
    return { by, what, why: why(automation, both, { by, what }, evidence) };
  };
  return [
    ...[...theirs].filter((what) => !ours.has(what)).map((what) => told('Prefect', what)),
    ...[...ours].filter((what) => !theirs.has(what)).map((what) => told('Watchfire', what)),
    ...repeated(both.prefect).map((what) => ({ by: 'Prefect' as const, what, why: WORDS.twice })),
    ...repeated(both.watchfire).map((what) => ({ by: 'Watchfire' as const, what, why: null })),
  ];
}

function whats(fired: readonly Fired[]): Set<string> {
  return new Set(fired.map(({ what }) => what));
}

function repeated(fired: readonly Fired[]): string[] {
  return fired.map(({ what }) => what).filter((what, i, all) => all.indexOf(what) < i);
}

type Why = (automation: Automation, both: Both, one: Pick<Alone, 'by' | 'what'>, evidence: Evidence) => string | null;

/** Prefect looks every few seconds, and does not wait for what was not evaluated. */
const whyAbsent: Why = ({ name }, both, { by, what }, { stored, arrivals }) => {
  const { event, labels } = partsOf(what);
  const [begun, ends] = [stored.get(event), ABSENCES[name] ?? []];
  if (begun === undefined) return null;
  const endedTheirs = (one: string): boolean => ends.includes(stored.get(partsOf(one).event)?.event ?? '');
  // The same absence, by two events: the one that began it, and the late one that Prefect takes instead.
  const pair = (one: string): boolean => partsOf(one).labels === labels;
  if (by === 'Prefect' && endedTheirs(what)) return [...whats(both.watchfire)].some(pair) ? WORDS.usedUp : null;
  if (by === 'Watchfire' && [...whats(both.prefect)].some((one) => endedTheirs(one) && pair(one))) return WORDS.usedUp;
  const deadlineMs = Date.parse(begun.occurred) + ABSENCE_MS;
  const resource = begun.resource['prefect.resource.id'];
  const inTime = [...stored.values()].filter(
    (one) =>
      ends.includes(one.event) &&
      one.resource['prefect.resource.id'] === resource &&
      Date.parse(one.occurred) < deadlineMs,
  );
  if (by === 'Prefect') return inTime.length > 0 ? WORDS.falseAbsence : null;
  return inTime.some(({ id }) => (arrivals.get(id) ?? 0) >= deadlineMs) ? WORDS.drifts : null;
};

/** Prefect evaluates events behind others where its first try failed: what depends on their order comes out otherwise. */
const whyCounted: Why = (automation, both, { by, what }, evidence) => {
  if (by === 'Watchfire' && wasRetried(partsOf(what).event, evidence)) return WORDS.twice;
  if (automation.name === COUNTED.name && followsFromOrder(both, partsOf(what).labels, evidence)) return WORDS.twice;
  return wasDisturbed(automation, evidence) ? WORDS.twice : null;
};

/** Whether Prefect's evaluation failed at first at an event that concerns the automation, which depends on the order of its events. */
export function wasDisturbed(automation: Automation, { stored, redelivered }: Evidence): boolean {
  if (!countsOrComposes(automation)) return false;
  return [...redelivered].some((id) => concerns(automation, stored.get(id)?.event ?? ''));
}

/** Whether Prefect's evaluation failed at first at an event, or at the one that it follows, which it then waits for. It loses some of these. */
function wasRetried(event: string, { stored, redelivered }: Evidence): boolean {
  return redelivered.has(event) || redelivered.has(stored.get(event)?.follows ?? '');
}

/** Whether each of them fired what follows from the order in which it evaluated the events of one flow. */
function followsFromOrder(both: Both, labels: string, { stored, each }: Evidence): boolean {
  const flowOf = ({ related }: StoredEvent): string | undefined =>
    related.find((one) => one['prefect.resource.role'] === 'flow')?.['prefect.resource.id'];
  return (['prefect', 'watchfire'] as const).every((by) => {
    const evaluated = [...whats(each[by])].flatMap((what) => {
      const event = stored.get(partsOf(what).event);
      if (event === undefined || !labels.includes(JSON.stringify(flowOf(event)))) return [];
      return [{ id: event.id, atMs: Date.parse(event.occurred) }];
    });
    const fired = both[by].map(({ what }) => partsOf(what)).filter((parts) => parts.labels === labels);
    return String(fired.map(({ event }) => event)) === String(firedBy(evaluated, COUNTED));
  });
}

/** The event of a firing, and its labels. */
function partsOf(what: string): Readonly<{ event: string; labels: string }> {
  const [labels, event] = JSON.parse(what) as [unknown, string];
  return { event, labels: JSON.stringify(labels) };
}
