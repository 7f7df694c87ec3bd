import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['led', 'other'] as const;
const script = loadScript('lead-over', { words: WORDS });

/** A command with its arguments; no more than 7,000 of them. */
export type Command = readonly [name: string, ...words: (string | Buffer)[]];

/**
 * Carries out commands of a migration in one step; see lua/lead-over.lua.
 * @param form what has to stand in `{wf}:format`, '' for nothing
 * @returns `other` when something else stands there; then nothing has changed
 */
export async function leadOver(
  redis: Redis,
  store: Store,
  form: string,
  commands: readonly Command[],
): Promise<(typeof WORDS)[number]> {
  const rest = commands.flatMap((command) => [String(command.length), ...command]);
  const answer = await runScript(redis, script, { keys: store.keys, args: { form }, rest });
  return answerOf('lead-over', WORDS, answer)[0];
}
