import type { Watchfire } from '../engine.ts';
import { InvalidDocument } from '../errors.ts';
import { together } from '../findings/automation-findings.ts';
import type { Finding } from '../findings/finding.ts';
import type { HasTarget } from '../findings/reactions.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { isRecord } from '../model/record.ts';
import type { FoundDocument } from './documents.ts';

/** A finding with the file and line at which its place stands. */
export type PlacedFinding = Finding & Readonly<{ at: string }>;

/** What the right ones of some documents say that can hardly be meant: a list for each document, in their order. */
export async function warningsOf(
  found: readonly FoundDocument[],
  watchfire: Watchfire,
  targets: HasTarget | null = null,
): Promise<PlacedFinding[][]> {
  const read = found.map(({ document, position }) => ({ automation: automationOf(document), position }));
  const findings = await watchfire.review(
    read.flatMap(({ automation }) => automation ?? []),
    targets,
  );
  return read.map(({ automation, position }) => {
    const own = automation === null ? [] : (findings.shift() ?? []);
    return own.map((finding) => ({ ...finding, at: position(finding.place).at }));
  });
}

/** The lines of findings, as `warning: orders.yaml:12: trigger.threshold: what is wrong; what is meant`. */
export function warningLines(findings: readonly PlacedFinding[]): string[] {
  return together(findings).map(({ finding: { grade, at, place, reason, advice }, need }) => {
    const many = need > 1 ? ` (${need} automations need it)` : '';
    return `${grade}: ${at}: ${place}: ${reason}; ${advice}${many}`;
  });
}

/** An automation of a file, null when it is in error. Which id it will have says nothing here. */
export function automationOf(document: unknown): Automation | null {
  try {
    return parseAutomation(isRecord(document) ? { ...document, id: document.id ?? 'new' } : document);
  } catch (error) {
    if (error instanceof InvalidDocument) return null;
    throw error;
  }
}
