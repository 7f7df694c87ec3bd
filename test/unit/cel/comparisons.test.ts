import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literalComparisons } from '../../../src/cel/comparisons.ts';
import { compileExpression, evaluate } from '../../../src/cel/expression.ts';
import { celEvent } from './events.ts';

function comparisons(text: string): unknown[] {
  return literalComparisons(compileExpression(text, 'boolean')).map(({ path, values }) => [path.join('/'), values]);
}

test.each([
  ['payload.kind == "x"', [['kind', ['x']]]],
  ['"x" == payload.kind', [['kind', ['x']]]],
  ['payload["content-type"].a == 1', [['content-type/a', [1]]]],
  ['payload.kind in ["x", "y", "x"]', [['kind', ['x', 'y']]]],
  ['payload.n in [1, 1.0, 2u - 1u]', []],
  [
    'payload.ok == true && payload.none == null && payload.n > 3',
    [
      ['ok', [true]],
      ['none', [null]],
    ],
  ],
  [
    '(payload.a == 1 || payload.a == 2) && payload.b == "z"',
    [
      ['a', [1, 2]],
      ['b', ['z']],
    ],
  ],
  ['payload.a == 1 || payload.b == 1', []],
  [
    'payload.a == 1 && payload.b == 2 || payload.b == 3 && payload.a == 1',
    [
      ['a', [1]],
      ['b', [2, 3]],
    ],
  ],
  ['payload.a == -0.0', [['a', [0]]]],
  ['payload.a == 9007199254740993', []],
  ['!(payload.a == 1)', []],
  ['payload.a != 1', []],
  ['payload.a == payload.b', []],
  ['payload.a in []', [['a', []]]],
  ['payload.l[0] == 1', []],
  ['payload == 1', []],
  ['resource.region == "eu"', []],
  ['payload.l.exists(payload, payload.a == 1)', []],
  ['payload.ok ? payload.a == 1 : false', []],
])('%s asks for %j', (text, expected) => {
  expect(comparisons(text)).toEqual(expected);
});

test('what is counted asks for nothing', () => {
  expect(literalComparisons(compileExpression('payload.a == 1', 'value'))).toEqual([]);
});

test('an event that a comparison rules out does not meet the condition', () => {
  const values = fc.constantFrom<unknown>(1, 1.5, 'x', 'y', true, null, undefined);
  const literal = fc.constantFrom('1', '1.0', '1u', '"x"', 'true', 'null');
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(fc.constantFrom('payload.a', 'payload.b'), literal).map(([path, other]) => `${path} == ${other}`),
      fc.tuple(literal, literal).map(([one, other]) => `payload.a in [${one}, ${other}]`),
      fc.constant('payload.b != "x"'),
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([a, and, b]) => `(${a} ${and} ${b})`),
    ),
  }));
  const property = fc.property(condition, fc.record({ a: values, b: values }), (text, payload) => {
    const expression = compileExpression(text, 'boolean');
    const met = literalComparisons(expression).every(({ path, values: ones }) =>
      ones.some((one) => one === (payload as Record<string, unknown>)[path[0] ?? '']),
    );
    const result = evaluate(expression, celEvent(payload));
    if (!met) expect(result.ok && result.value).toBe(false);
  });
  fc.assert(property, { numRuns: 1_000 });
});
