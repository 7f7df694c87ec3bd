import { type Automation, parseAutomation } from '../model/automation.ts';
import { changesOf } from './changes.ts';
import { documentsIn } from './documents.ts';
import type { Problem, Source } from './position.ts';

/** The automations of files, and what is wrong with the files: then there are none. Those without an id get one: `automation-1` … */
export function automationsIn(sources: readonly Source[]): { automations: Automation[]; problems: readonly Problem[] } {
  const contents = sources.map(documentsIn);
  let count = 0;
  const newId = (): string => {
    count += 1;
    return `automation-${count}`;
  };
  const found = contents.flatMap((content) => content.found);
  const { changes, problems } = changesOf(found, [], { newId, prune: false });
  const wrong = [...contents.flatMap((content) => content.problems), ...problems];
  const documents = wrong.length > 0 ? [] : changes.map(({ document }) => document);
  return { automations: documents.map(parseAutomation), problems: wrong };
}
