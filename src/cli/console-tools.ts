import { stringify } from 'yaml';
import type { ConsoleTools } from '../console/desk.ts';
import { version } from '../version.ts';
import { actionsInWords, triggerInWords } from './view/words.ts';

/** What the console takes from the command line, so that both say the same. */
export const CONSOLE_TOOLS: ConsoleTools = Object.freeze({
  version: version(),
  draftThread: new URL(import.meta.url.endsWith('.ts') ? './draft-thread.ts' : './draft-thread.js', import.meta.url),
  text: (document: unknown) => stringify(document, { lineWidth: 100 }),
  triggerInWords,
  actionsInWords,
});
