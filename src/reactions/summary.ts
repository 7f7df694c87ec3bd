import type { AutomationDocument } from '../documents/given.ts';
import type { BudgetSummaryDocument, EventDocument, JobGroupDocument } from '../documents/got.ts';

/** Lines of a message that speaks of many things: what people read. */
const LINES = 20;

/** What a message says of one firing: the event that it fired at, and its key. */
export function lineOf(event: EventDocument | null, labels: Readonly<Record<string, string>>): string {
  return [event === null ? 'nothing came' : event.event, ...pairsOf(labels)].join(' ');
}

/** What a message says of a group. */
export function groupText({ firings }: JobGroupDocument): string {
  return linesOf(firings.map((firing) => lineOf(firing.triggering_event, firing.triggering_labels)));
}

/** Subject and body of a message that says what a budget held back. */
export function summaryTexts(
  { name }: AutomationDocument,
  { held, since, until, keys, others }: BudgetSummaryDocument,
): { subject: string; body: string } {
  const named = keys.map(({ labels, firings }) => `${firings} of ${pairsOf(labels).join(' ') || 'all'}`);
  const rest = others === 0 ? [] : [`${others} of other keys`];
  return {
    subject: `${name}: ${held} ${held === 1 ? 'firing was' : 'firings were'} held back`,
    body: `More came than its budget, from ${since} to ${until}:\n${linesOf([...named, ...rest])}`,
  };
}

function pairsOf(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

function linesOf(lines: readonly string[]): string {
  if (lines.length <= LINES) return lines.join('\n');
  return [...lines.slice(0, LINES - 1), `and ${lines.length - LINES + 1} more`].join('\n');
}
