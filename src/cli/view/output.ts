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
  io.out(jsonText(value, 2));
}

/*
 * Names from outside could move the cursor, colour or deceive: by control characters, by what turns the direction of text, and by what
 * takes no room. JSON.stringify itself escapes the control characters below U+0020.
 */
const UNSEEN = '\\p{Zl}\\p{Zp}\\p{Bidi_Control}\\u00ad\\u180e\\u200b\\u200c\\u2060-\\u206f\\ufeff\\u{e0000}-\\u{e007f}';
const IN_JSON = new RegExp(`[\\u007f-\\u009f${UNSEEN}\\u200d]`, 'gu');

/** The joiner of the parts of an emoji, as in a family, is part of a character that is seen. */
const LONE_JOINER = '(?<!\\p{Extended_Pictographic}[\\ufe0f\\p{Emoji_Modifier}]?)\\u200d';
const IN_TEXT = new RegExp(`[\\p{Cc}${UNSEEN}]|${LONE_JOINER}`, 'gu');
const IN_YAML = new RegExp(`[\\u007f-\\u009f${UNSEEN}]|${LONE_JOINER}`, 'u');

/** Text from outside as it may be printed within one line: what is not seen is written as `\u001b`. */
export function plain(text: string): string {
  return text.replace(IN_TEXT, escaped);
}

/** The same of a text of several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n');
}

/** A value as JSON that shows all its characters: what is not seen is written as an escape, which programs read as the same text. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(IN_JSON, escaped);
}

/** The same as YAML, whose texts know escapes in double quotes only. */
export function yamlText({ stringify }: Pick<typeof import('yaml'), 'stringify'>, value: unknown): string {
  // Whole lines, so that what is stored in one line is shown and compared as one.
  const whole = { lineWidth: 0, aliasDuplicateObjects: false };
  const text = stringify(value, whole);
  const shown = !IN_YAML.test(text);
  const quoted = { ...whole, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' } as const;
  return (shown ? text : stringify(value, quoted).replace(IN_JSON, escaped)).trimEnd();
}

/** As JSON escapes it: a character above U+FFFF takes two. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** Why a document is wrong, with the value that is. */
export function reasonIn({ reason, value }: InvalidDocument): string {
  return plain(value === '' ? reason : `${reason} (found ${value})`);
}

/** An error as one line: what is wrong, where, and with which value. */
export function sentenceOf(error: unknown): string {
  if (error instanceof InvalidDocument) {
    return plain(error.value === '' ? error.message : `${error.message} (found ${error.value})`);
  }
  return plain(error instanceof Error ? error.message || error.name : String(error));
}
