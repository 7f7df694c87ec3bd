import { randomUUID } from 'node:crypto';
import type { DraftProblem, TextDraft } from '../console/desk.ts';
import { findingsIn } from '../findings/automation-findings.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { isRecord } from '../model/record.ts';
import { changesOf } from './changes.ts';
import { documentsIn, type FoundDocument } from './documents.ts';
import type { Problem } from './position.ts';
import { automationOf } from './warnings.ts';

/** How far the aliases of a text may lead, in nodes: a second or so. */
const ALIAS_STEPS = 1_000_000;

/** Problems of a text that are told: more than anybody reads, and 66,666 would be a long answer. */
const TOLD = 200;

/** The automations that stand there under one of these ids or names. */
export type StoredFor = (ids: readonly string[], names: readonly string[]) => Promise<readonly Automation[]>;

/** Reads a text of automations beside those that stand there, as `check` and `apply` read a file. */
export async function draftIn(text: string, storedFor: StoredFor): Promise<TextDraft> {
  const { found, problems: unreadable } = documentsIn({ file: 'text', text }, ALIAS_STEPS);
  const stored = await storedFor(valuesOf(found, 'id'), valuesOf(found, 'name'));
  const { changes, problems } = changesOf(found, stored, { newId: randomUUID, prune: false });
  const wrong = [...unreadable, ...problems].map((one) => problemTold(one, 'error'));
  const warnings = found.flatMap(({ document, position }) => {
    const automation = automationOf(document);
    if (automation === null) return [];
    return findingsIn(automation).map(({ grade, place, reason, advice }) =>
      problemTold(
        { position: position(place, ''), place, reason: `${reason}; ${advice}` },
        grade === 'hint' ? 'note' : grade,
      ),
    );
  });
  return {
    problems: bounded([...wrong, ...warnings]),
    changes: changes.flatMap(({ change, id, name, keys, document, before }) => {
      const whole = document ?? before;
      if (change === 'deleted' || whole === null) return [];
      return { change, id, name, keys, document, automation: parseAutomation(whole) };
    }),
  };
}

function valuesOf(found: readonly FoundDocument[], key: 'id' | 'name'): string[] {
  const values = found.map(({ document }) => (isRecord(document) ? document[key] : undefined));
  return values.filter((value) => typeof value === 'string');
}

function bounded(problems: readonly DraftProblem[]): DraftProblem[] {
  const [next] = problems.slice(TOLD);
  const told = problems.slice(0, TOLD);
  return next ? [...told, { ...next, path: 'document', message: `${problems.length - TOLD} more` }] : told;
}

function problemTold({ position, place, reason }: Problem, severity: DraftProblem['severity']): DraftProblem {
  const { line, column, width } = position;
  return { severity, line, column, width, path: place, message: reason };
}
