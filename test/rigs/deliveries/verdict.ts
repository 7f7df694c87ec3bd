import type { Delivery } from '../../../src/model/delivery.ts';
import type { Row } from '../chaos/table.ts';
import type { QueueLog } from './queue-log.ts';
import { ACTS, type Arrival, type Receivers } from './receivers.ts';

/** What is compared at the end. */
export type Evidence = Readonly<{
  /** The keys of all deliveries: of those that the ledger asks for, and of the groups that arrived. */
  expected: ReadonlySet<string>;
  /** Ids of the firings that go out in groups, by the ledger. */
  grouped: ReadonlySet<string>;
  receivers: Receivers;
  log: QueueLog;
  /** What is recorded of each. */
  records: readonly (Delivery | null)[];
  /** When programs were killed, in ms of Unix, by process id. */
  killed: ReadonlyMap<number, number>;
}>;

const UNEXPLAINED = 'duplicates that nothing explains';

/** Why a delivery that had taken effect was sent once more. */
function reasonOf(before: Arrival, key: string, { killed, log, receivers }: Evidence): string {
  if (before.way !== ACTS) return `duplicates, since the receiver ${before.way}`;
  // From here on the program had its answer, or was about to.
  const end = killed.get(before.program);
  if (end !== undefined && end >= before.at)
    return 'duplicates, since the program was killed before it wrote down the answer';
  if (log.stalled.has(key)) return 'duplicates, since the program was too slow to keep its job';
  const silent = (receivers.arrivals.get(key) ?? []).filter(({ way }) => way.includes('never answers')).length;
  const late = (log.reasons.get(key) ?? []).filter((reason) => reason === 'timed out').length;
  return late > silent ? 'duplicates, since the answer came when the time was over' : UNEXPLAINED;
}

/** Duplicates by their reason. */
function duplicatesOf(evidence: Evidence): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const [key, arrivals] of evidence.receivers.arrivals) {
    const effects = arrivals.filter(({ acts }) => acts);
    for (const before of effects.slice(0, -1)) {
      const reason = reasonOf(before, key, evidence);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return reasons;
}

/** Whether groups hold what the ledger has, each firing once. */
function groupRows({ grouped, receivers }: Evidence): Row[] {
  const ids = [...receivers.groups.values()].flat();
  const found = new Set(ids);
  const missing = [...grouped].filter((id) => !found.has(id)).length;
  const unknown = [...found].filter((id) => !grouped.has(id)).length;
  const twice = ids.length - found.size;
  return [
    ['groups', receivers.groups.size],
    ['firings in groups', found.size],
    ['firings that are in no group', missing, missing > 0],
    ['firings that are in two groups', twice, twice > 0],
    ['firings in groups that the ledger does not know', unknown, unknown > 0],
    ['groups that were another one at a second try', receivers.changed, receivers.changed > 0],
  ];
}

/** The rows of the table; the third of a row says that it is wrong. */
export function rowsOf(evidence: Evidence): Row[] {
  const { expected, receivers, log, records } = evidence;
  const missing = [...expected].filter((key) => !receivers.arrivals.get(key)?.some(({ acts }) => acts)).length;
  const unknown = [...receivers.arrivals.keys()].filter((key) => !expected.has(key)).length;
  const unsent = records.filter((record) => record?.state !== 'sent').length;
  const unfinished = [...expected].filter((key) => !log.completed.has(key)).length;
  const reasons = [...duplicatesOf(evidence)].sort();
  const duplicates = reasons.reduce((sum, [, count]) => sum + count, 0);
  const counts = [...receivers.counts].sort().map(([way, count]): Row => [`requests whose receiver ${way}`, count]);
  return [
    ['deliveries', expected.size],
    ...counts,
    ['duplicates', duplicates],
    ...reasons.map(([reason, count]): Row => [reason, count, reason === UNEXPLAINED]),
    ['deliveries that another program took over', [...log.stalled].filter((key) => expected.has(key)).length],
    ...groupRows(evidence),
    ['deliveries that arrived nowhere', missing, missing > 0],
    ['requests without a key of their own', receivers.nameless, receivers.nameless > 0],
    ['keys that the ledger does not know', unknown, unknown > 0],
    ['deliveries that are not recorded as sent', unsent, unsent > 0],
    ['jobs that are not completed', unfinished, unfinished > 0],
    ['deliveries that failed for good', log.failed.size, log.failed.size > 0],
  ];
}
