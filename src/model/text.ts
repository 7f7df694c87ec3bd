/*
 * Texts are compared and sorted by code point, here as in Redis, where the order of UTF-8 bytes is the same. Lengths are counted in
 * characters, sizes in bytes.
 *
 * An entry's bytes must be UTF-8. The client decodes them and writes U+FFFD for every broken byte, so two ids that differ in broken
 * bytes only would become the same: an entry with that character is rejected (in JSON the escape `\ufffd` stands for it). A dead
 * letter keeps the bytes as they were. A lone surrogate, which JSON can write, has no UTF-8: documents refuse it in a key or an id.
 */

/**
 * Compares by code point, the order the rules ask for everywhere. JavaScript's own order is by UTF-16 unit, which puts
 * U+10000 and above before U+E000–U+FFFF and so disagrees with the byte order Redis sorts by.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Moves the surrogates (the units of U+10000 and above) behind all other units, as code point order wants. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The texts in code point order, each once: the normal form of everything that is a set (rules 5.2). */
export function sortedSet(texts: Iterable<string>): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}

/** Whether the text has at most `limit` characters (code points). */
export function fits(text: string, limit: number): boolean {
  if (text.length <= limit) return true;
  // A character takes at most two units, so most over-long texts need no counting.
  if (text.length > limit * 2) return false;
  let count = 0;
  for (const _ of text) count += 1;
  return count <= limit;
}

/** Whether the value is a well-formed text of 1 to `limit` characters. */
export function isText(value: unknown, limit: number): value is string {
  return typeof value === 'string' && value !== '' && fits(value, limit) && value.isWellFormed();
}
