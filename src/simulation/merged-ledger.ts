import { compareText } from '../match/key.ts';
import { type Firing, stateChangeEventId } from '../model/firing.ts';

/** What fired in one step, partition by partition, each in its own order. */
export type StepFirings = readonly (readonly Firing[])[];

/**
 * The firings of one step in the order in which an engine without partitions has them, as far as they tell it: what was due by the times of
 * the deadlines; then what the event of the step brought; then what state-change events brought.
 * @param event id of the event of the step; null without
 */
export function mergedFirings(partitions: StepFirings, event: string | null): Firing[] {
  const own = new Set(partitions.flat().map(({ id }) => stateChangeEventId(id)));
  const queues = partitions.map((firings) => firings.map((firing) => ({ firing, phase: phaseOf(firing, event, own) })));
  const merged: Firing[] = [];
  for (;;) {
    const heads = queues.filter(({ length }) => length > 0);
    if (heads.length === 0) return merged;
    const [first] = heads.sort((a, b) => compareRanked(a[0] as Ranked, b[0] as Ranked));
    const next = first?.shift();
    if (next) merged.push(next.firing);
  }
}

type Ranked = Readonly<{ firing: Firing; phase: number }>;

function phaseOf({ event: cause }: Firing, event: string | null, own: ReadonlySet<string>): number {
  if (cause === null) return 0;
  if (own.has(cause.id)) return 2;
  return cause.id === event ? 1 : 0;
}

function compareRanked(a: Ranked, b: Ranked): number {
  if (a.phase !== b.phase) return a.phase - b.phase;
  const byTime = a.phase === 0 ? a.firing.triggered - b.firing.triggered : 0;
  return byTime || compareText(a.firing.automation, b.firing.automation) || compareLabels(a.firing, b.firing);
}

/** Value by value in the order of the names, as keys are settled. */
function compareLabels({ labels: a }: Firing, { labels: b }: Firing): number {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(compareText);
  for (const name of names) {
    const order = compareText(a[name] ?? '', b[name] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}
