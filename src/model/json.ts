import { InvalidDocument } from '../errors.ts';

/** Parses JSON that stands in the field `path`. Throws InvalidDocument. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8's sentence quotes the text and may cut it inside a character.
    throw new InvalidDocument(path, `is not JSON: ${(error as SyntaxError).message.toWellFormed()}`, text);
  }
}
