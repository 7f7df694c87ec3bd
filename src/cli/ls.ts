import type { Command } from 'commander';
import { Misuse } from './verb.ts';

/** Declares the word `ls`, which verbs that only list may be called with, as those that do more are. */
export function lsArgument(command: Command): Command {
  return command.argument('[ls]', 'lists them, as without a word');
}

/** @throws Misuse for any other word */
export function onlyLs(verb: string, [word]: readonly string[]): void {
  if (word !== undefined && word !== 'ls') throw new Misuse(`${verb}: takes no operand but ls (found "${word}")`);
}
