import type { Command } from 'commander';
import type { Io } from './verb.ts';
import { plain } from './view/output.ts';

/** Things that a question names one by one; of more, their count is enough. */
const NAMED = 5;

/** Declares `--yes`, for verbs that remove something for good. */
export function yesOption(command: Command): Command {
  return command.option('-y, --yes', 'do not ask first; without a terminal nothing is asked anyway', false);
}

/** Asks a person before something is removed for good. Without a terminal, and with `--yes`, the answer is yes. */
export async function confirmed(
  question: string,
  options: Readonly<Record<string, unknown>>,
  io: Io,
): Promise<boolean> {
  if (options.yes === true || io.ask === null) return true;
  if (await io.ask(plain(question))) return true;
  io.err('watchfire: nothing was changed');
  return false;
}

/** `a, b and 3 more`. */
export function namesOf(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return rest > 0 ? `${names.slice(0, NAMED).join(', ')} and ${rest} more` : names.join(', ');
}
