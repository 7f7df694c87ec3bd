import type { Watchfire } from '../engine.ts';
import { InvalidDocument } from '../errors.ts';
import { START_WORKER } from '../findings/automation-findings.ts';
import type { Finding } from '../findings/finding.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { isRecord } from '../model/record.ts';
import type { FoundDocument } from './documents.ts';

/** A finding with the file and line at which its place stands. */
export type PlacedFinding = Finding & Readonly<{ at: string }>;

/** What the right ones of some documents say that can hardly be meant: a list for each document, in their order. */
export async function warningsOf(found: readonly FoundDocument[], watchfire: Watchfire): Promise<PlacedFinding[][]> {
  const read = found.map(({ document, at }) => ({ automation: automationOf(document), at }));
  const findings = await watchfire.review(read.flatMap(({ automation }) => automation ?? []));
  return read.map(({ automation, at }) => {
    const own = automation === null ? [] : (findings.shift() ?? []);
    return own.map((finding) => ({ ...finding, at: at(finding.place) }));
  });
}

/**
 * The lines of findings, as `warning: orders.yaml:12: trigger.threshold: what is wrong; what is meant`. What is to be done once, whatever
 * the automation, is said at the first one, with how many need it.
 */
export function warningLines(findings: readonly PlacedFinding[]): string[] {
  const asking = Map.groupBy(
    findings.filter(({ advice }) => advice === START_WORKER),
    ({ reason }) => reason,
  );
  return findings.flatMap((finding) => {
    const { grade, at, place, reason, advice } = finding;
    const all = advice === START_WORKER ? (asking.get(reason) ?? []) : [finding];
    if (all[0] !== finding) return [];
    const need = all.length > 1 ? ` (${all.length} automations need it)` : '';
    return `${grade}: ${at}: ${place}: ${reason}; ${advice}${need}`;
  });
}

/** Which id it will have says nothing here. */
function automationOf(document: unknown): Automation | null {
  try {
    return parseAutomation(isRecord(document) ? { ...document, id: document.id ?? 'new' } : document);
  } catch (error) {
    if (error instanceof InvalidDocument) return null;
    throw error;
  }
}
