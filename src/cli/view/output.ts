import { type Command, Option } from 'commander';
import { InvalidDocument } from '../../errors.ts';
import type { Io } from '../verb.ts';

/** Declares `-o`. The first format is the default. */
export function outputOption(command: Command, formats: readonly [string, ...string[]] = ['text', 'json']): Command {
  const [standard] = formats;
  return command.addOption(
    new Option('-o, --output <format>', 'how to print it').choices([...formats]).default(standard),
  );
}

/** Whether `-o json` was given. */
export function asJson(options: Readonly<Record<string, unknown>>): boolean {
  return options.output === 'json';
}

/** Prints one JSON value, for people and programs alike. */
export function printJson(io: Io, value: unknown): void {
  io.out(JSON.stringify(value, null, 2));
}

/** Control characters and what turns the direction of text: names from outside could move the cursor, colour or deceive. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Text from outside as it may be printed within one line: control characters are written as `\u001b`. */
export function plain(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** An error as one line: what is wrong, where, and with which value. */
export function sentenceOf(error: unknown): string {
  if (error instanceof InvalidDocument) {
    return plain(error.value === '' ? error.message : `${error.message} (found ${error.value})`);
  }
  return plain(error instanceof Error ? error.message || error.name : String(error));
}
