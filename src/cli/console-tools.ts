import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import type { ConsoleTools, DraftProblem, TextDraft } from '../console/desk.ts';
import { findingsIn } from '../findings/automation-findings.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { version } from '../version.ts';
import { changesOf } from './changes.ts';
import { documentsIn } from './documents.ts';
import type { Problem } from './position.ts';
import { actionsInWords, triggerInWords } from './view/words.ts';
import { automationOf } from './warnings.ts';

/** What the console takes from the command line, so that both say the same. */
export const CONSOLE_TOOLS: ConsoleTools = Object.freeze({
  version: version(),
  draft: draftIn,
  text: (document: unknown) => stringify(document, { lineWidth: 100 }),
  triggerInWords,
  actionsInWords,
});

/** How far the aliases of a text may lead, in nodes: a second or so. An engine that runs beside the console waits for it. */
const ALIAS_STEPS = 1_000_000;

function draftIn(text: string, stored: readonly Automation[]): TextDraft {
  const { found, problems: unreadable } = documentsIn({ file: 'text', text }, ALIAS_STEPS);
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
    problems: [...wrong, ...warnings],
    changes: changes.flatMap(({ change, id, name, keys, document, before }) => {
      const whole = document ?? before;
      if (change === 'deleted' || whole === null) return [];
      return { change, id, name, keys, document, automation: parseAutomation(whole) };
    }),
  };
}

function problemTold({ position, place, reason }: Problem, severity: DraftProblem['severity']): DraftProblem {
  const { line, column, width } = position;
  return { severity, line, column, width, path: place, message: reason };
}
