import { InvalidDocument } from '../errors.ts';

/** Parses JSON that stands in the field `path`. Throws InvalidDocument. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidDocument(path, `is not JSON: ${withoutQuotation((error as SyntaxError).message)}`, text);
  }
}

/**
 * V8's sentence without the piece of the text that it quotes: the reason ends up in logs, and the text may hold secrets.
 * A quotation may be cut inside a character, too.
 */
export function withoutQuotation(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '').toWellFormed();
}
