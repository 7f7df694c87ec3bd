import { parentPort } from 'node:worker_threads';
import type { DraftAsked, DraftSaid } from '../console/desk.ts';
import { reasonOf } from '../errors.ts';
import type { Automation } from '../model/automation.ts';
import { draftIn } from './draft.ts';

/*
 * The program of the thread that reads texts of automations for the console (src/console/drafts.ts): it is sent one text at a time, asks
 * for the automations that the text names, and says what came of it.
 */

const port = parentPort;
if (port === null) throw new Error('runs as a thread of the console only');

let give: (stored: readonly Automation[]) => void = () => undefined;

function say(said: DraftSaid | 'ready'): void {
  port?.postMessage(said);
}

async function read(text: string): Promise<void> {
  try {
    const draft = await draftIn(text, async (ids, names) => {
      const { promise, resolve } = Promise.withResolvers<readonly Automation[]>();
      give = resolve;
      say({ kind: 'names', ids, names });
      return await promise;
    });
    say({ kind: 'read', draft });
  } catch (error) {
    say({ kind: 'failed', message: reasonOf(error) });
  }
}

port.on('message', (asked: DraftAsked) => {
  if (asked.kind === 'text') void read(asked.text);
  else give(asked.stored);
});
say('ready');
