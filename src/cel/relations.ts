/*
 * In CEL all relations bind alike, from the left: `a == b < c` is `(a == b) < c`. The library binds `<` and its kin tighter than `==`,
 * so the brackets that say so are put in.
 */

/** A text with what was put in, and where its places stood before. */
export type Bracketed = Readonly<{ text: string; placeOf: (offset: number) => number }>;

/** Names, numbers and what stands between quotes are gone over; the rest decides where a relation begins and what it is. */
const TOKENS =
  /\/\/[^\n]*|(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\bin\b|\w+|&&|\|\||[!=<>]=|[<>?:,()[\]{}]/g;

const EQUALITIES = new Set(['==', '!=']);
const RELATIONS = new Set(['<', '<=', '>', '>=', 'in']);
const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);
const BETWEEN = new Set(['&&', '||', '?', ':', ',']);

/** Whether there may be brackets to put in. */
const POSSIBLE = /[!=]=[\s\S]*(?:[<>]|\bin\b)/;

/** Where a relation begins, and whether there is an equality in it so far. */
type Begun = { start: number; equal: boolean };

export function withBrackets(text: string): Bracketed {
  if (!POSSIBLE.test(text)) return { text, placeOf: (offset) => offset };
  const inserted: { at: number; bracket: '(' | ')' }[] = [];
  const around: Begun[] = [];
  let relation: Begun = { start: 0, equal: false };
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const after = { start: index + token.length, equal: false };
    if (EQUALITIES.has(token)) relation.equal = true;
    else if (OPENING.has(token)) around.push(relation);
    else if (CLOSING.has(token)) relation = around.pop() ?? after;
    else if (RELATIONS.has(token) && relation.equal) {
      inserted.push({ at: relation.start, bracket: '(' }, { at: index, bracket: ')' });
      relation.equal = false;
    }
    if (OPENING.has(token) || BETWEEN.has(token)) relation = after;
  }
  if (inserted.length === 0) return { text, placeOf: (offset) => offset };
  return put(text, inserted);
}

function put(text: string, inserted: readonly Readonly<{ at: number; bracket: string }>[]): Bracketed {
  // Of brackets at one place the opening ones come in any order, and no closing one stands where one opens.
  const sorted = [...inserted].sort((a, b) => a.at - b.at);
  let written = '';
  let from = 0;
  for (const { at, bracket } of sorted) {
    written += text.slice(from, at) + bracket;
    from = at;
  }
  const places = sorted.map(({ at }, i) => at + i);
  return {
    text: written + text.slice(from),
    placeOf: (offset) => offset - places.filter((place) => place < offset).length,
  };
}
