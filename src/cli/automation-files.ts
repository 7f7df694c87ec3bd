import { type Automation, parseAutomation } from '../model/automation.ts';
import { changesOf } from './changes.ts';
import type { Contents } from './documents.ts';
import type { Problem } from './position.ts';

/** Automations that were read, and what is wrong: then there are none. */
export type ReadAutomations = Readonly<{ automations: readonly Automation[]; problems: readonly Problem[] }>;

/**
 * The automations of files. One without an id has that of the one in `stored` that has its name, else `automation-1` …
 * @param stored those that stand there already; what means the same as one of them is left out
 */
export function automationsIn(contents: readonly Contents[], stored: readonly Automation[] = []): ReadAutomations {
  let count = 0;
  const newId = (): string => {
    count += 1;
    return `automation-${stored.length + count}`;
  };
  const found = contents.flatMap((content) => content.found);
  const { changes, problems } = changesOf(found, stored, { newId, prune: false });
  const wrong = [...contents.flatMap((content) => content.problems), ...problems];
  const documents = wrong.length > 0 ? [] : changes.map(({ document }) => document).filter((one) => one !== null);
  return { automations: documents.map(parseAutomation), problems: wrong };
}
