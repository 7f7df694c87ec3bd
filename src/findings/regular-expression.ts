/** How many patterns an expression may become; more of them help nobody. */
const ALTERNATIVES_LIMIT = 8;

/** What stands in regular expressions and hardly in the names of events. A glob may hold `*`, `?` and `[…]`, also `.*` behind a text. */
const IN_NAMES = [/^\^/, /\$$/, /\\/, /\|/, /^\.[*+]/, /\.\+/, /\]\+/, /[\])]\{\d/, /\)[*+?]/, /\(\?/];

/** The values of labels are anything, paths and prices among them: only what nothing else looks like. */
const IN_VALUES = [/^\^/, /^\.[*+]/, /\\[dws][+*]/, /^\(.+\|.+\)\$?$/, /\.[*+]\$$/];

/** Whether a pattern for the names of events was probably meant as a regular expression. */
export function looksLikeExpression(pattern: string): boolean {
  return IN_NAMES.some((sign) => sign.test(pattern));
}

/** The same for a pattern for the value of a label. */
export function looksLikeExpressionOfValue(pattern: string): boolean {
  return IN_VALUES.some((sign) => sign.test(pattern));
}

/** The globs that say about the same as a regular expression; none where that is not to be seen. */
export function globsOf(expression: string): string[] {
  const begins = expression.startsWith('^');
  const ends = expression.endsWith('$');
  const body = expression.slice(begins ? 1 : 0, ends ? -1 : undefined);
  const globs = alternativesOf(body).map(globOf);
  if (globs.length > ALTERNATIVES_LIMIT || globs.includes(null)) return [];
  // An expression finds its text anywhere between its anchors; without any, a name was meant.
  const lead = ends && !begins ? '*' : '';
  const tail = begins && !ends ? '*' : '';
  return globs.map((glob) => `${lead}${glob}${tail}`.replace(/\*{2,}/g, '*'));
}

/** `a(b|c)` as `ab` and `ac`. */
function alternativesOf(body: string): string[] {
  let texts = [body];
  while (texts.length <= ALTERNATIVES_LIMIT) {
    const group = /\((?:\?:)?([^()]*)\)(?![*+?{])/;
    if (!texts.some((text) => group.test(text))) return texts.flatMap((text) => text.split('|'));
    texts = texts.flatMap((text) => {
      const found = group.exec(text);
      if (found === null) return [text];
      const [before, after] = [text.slice(0, found.index), text.slice(found.index + found[0].length)];
      return (found[1] ?? '').split('|').map((option) => before + option + after);
    });
  }
  return texts;
}

function globOf(text: string): string | null {
  const glob = text.replace(/\\d[+*]?|\\[wS][+*]|\\([^A-Za-z0-9])|\.[*+]\??|\]\+/g, (found, escaped?: string) => {
    if (escaped !== undefined) return escaped;
    if (found.startsWith('\\d')) return found.length > 2 ? '[0-9]*' : '[0-9]';
    return found === ']+' ? ']*' : '*';
  });
  return glob === '' || /[\\(){}+$^|]/.test(glob) ? null : glob;
}
