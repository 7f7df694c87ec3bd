import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { PatternWalk } from '../../../src/cel/pattern-walk.ts';

const ATOMS =
  String.raw`a b [ab] . \b \B ^ $ (?m:^) (?m:$) \n \w \W [^a] (?i:K) é \p{L} \P{L} (?s:.) 😀 \d ab x [😀-😂] \z \A`.split(
    ' ',
  );
const ENDINGS = ['*', '+', '?', '{2}', '{0,3}', '*?', '{2,}'];
const CHARACTERS = ['a', 'b', 'k', 'K', '\u212a', ' ', '\n', 'é', '😀', '😁', '\ud83d', 'x', '1', '_', 'ab'];

const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...ATOMS),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie('pattern'), fc.constantFrom(...ENDINGS)).map(([a, ending]) => `(${a})${ending}`),
  ),
}));

const texts = fc.array(
  fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 12 }).map((all) => all.join('')),
  {
    minLength: 4,
    maxLength: 4,
  },
);

test("a pattern is found where the library's own search finds it", () => {
  const property = fc.property(pattern, texts, (source, all) => {
    const expression = RE2JS.compile(source);
    const walk = new PatternWalk(expression);
    // One walk after the other: nothing is left of the one before.
    expect(all.map((text) => walk.finds(text))).toEqual(all.map((text) => expression.test(text)));
  });
  fc.assert(property, { numRuns: 2_000 });
});

test.each([
  ['', '', true],
  ['a', '', false],
  ['^$', '', true],
  ['needle', `${'hay '.repeat(100)}needle`, true],
  ['^b', 'ab', false],
  ['a$', 'ab', false],
  ['(?m)^b$', 'a\nb\nc', true],
  [String.raw`\bfoo\b`, 'a foo.', true],
  [String.raw`\bfoo\b`, 'afoo', false],
  ['(?i)straße', 'STRAẞE', true],
  [String.raw`^\p{Greek}+$`, 'λόγος', true],
  ['^.$', '😀', true],
  ['^[😀-😂]{2}$', '😀😀', true],
  ['(a*)*b', 'a'.repeat(1_000), false],
])('%j in %j: %j', (source, text, found) => {
  expect(new PatternWalk(RE2JS.compile(source)).finds(text)).toBe(found);
});
