import { alerts, type ExactFrom } from './exactness.ts';
import { keyOf, type LiveEngine, ledgerOf, type Retained } from './live.ts';
import { automationIn } from './run.ts';
import type { ToldFiring } from './told.ts';

/**
 * Keys that had another alert in the replay than in the ledger when their automation became exact. What raised or ended that alert lies before
 * the front of the log, or depends on what does. An alert lasts until something ends it, so it may still be there when the rest is exact.
 * @param replayed what fired in the replay
 */
export async function alertsThatDiffer(
  live: LiveEngine,
  retained: Retained,
  replayed: readonly ToldFiring[],
  exact: ReadonlyMap<string, ExactFrom>,
): Promise<ReadonlySet<string>> {
  const { automations, complete } = retained.past;
  const bounds = new Map<string, number>();
  for (const stood of complete ? [] : automations.values()) {
    const automation = automationIn(stood);
    const from = exact.get(automation?.id ?? '');
    if (automation?.trigger.type === 'event' && alerts(automation.trigger) && from) bounds.set(automation.id, from.ms);
  }
  if (bounds.size === 0) return new Set();
  const were = openAlerts(await ledgerOf(live, retained, 0), bounds);
  const are = openAlerts(replayed, bounds);
  return new Set([...were.keys(), ...are.keys()].filter((key) => were.get(key) !== are.get(key)));
}

/** The alert of each key that has one at the time of its automation: key -> the firing that raised it. */
function openAlerts(told: readonly ToldFiring[], bounds: ReadonlyMap<string, number>): ReadonlyMap<string, string> {
  const open = new Map<string, string>();
  for (const one of told) {
    if (one.triggered > (bounds.get(one.automation) ?? Number.NEGATIVE_INFINITY)) continue;
    if (one.state === 'Triggered') open.set(keyOf(one), one.digest);
    else open.delete(keyOf(one));
  }
  return open;
}
