import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText, decodeKey, encodeKey, keyOf, keyOfLabels, labelsOfKey } from '../../../src/match/key.ts';

/** Any well-formed text, with a liking for what the encoding treats in a special way and for the ends of UTF-8's lengths. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'a,+`@l-. \n\u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff', '\u{10000}', '\u{10FFFF}'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
    {
      maxLength: 6,
    },
  )
  .map((characters) => characters.join(''));

const sameLength = fc
  .integer({ min: 0, max: 4 })
  .chain((length) =>
    fc.tuple(
      fc.array(text, { minLength: length, maxLength: length }),
      fc.array(text, { minLength: length, maxLength: length }),
    ),
  );

/** Code point order by its definition. */
function naiveCompare(a: string, b: string): number {
  const left = Array.from(a, (character) => character.codePointAt(0)!);
  const right = Array.from(b, (character) => character.codePointAt(0)!);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    if (left[at] !== right[at]) return left[at]! - right[at]!;
  }
  return left.length - right.length;
}

function naiveCompareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, value] of a.entries()) {
    const order = naiveCompare(value, b[index]!);
    if (order !== 0) return order;
  }
  return 0;
}

describe('an encoded key', () => {
  test.each([
    [[], ''],
    [[''], ''],
    [['customer.7'], 'customer.7'],
    [['customer.7', 'eu'], 'customer.7+eu'],
    [['', ''], '+'],
    [['', 'a', ''], '+a+'],
    [['a b'], 'a,`b'],
    [['1+1,2'], '1,k1,l2'],
    [['\u0000'], ',@'],
    [['a-b/c:d{e}'], 'a-b/c:d{e}'],
  ])('of %j is %j', (values, encoded) => {
    expect(encodeKey(values)).toBe(encoded);
    expect(decodeKey(encoded, values.length)).toEqual(values);
  });

  test('reads back as it was', () => {
    const anyText = fc.oneof(
      text,
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
    );
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 5 }), (values) => {
        expect(decodeKey(encodeKey(values), values.length)).toEqual(values);
      }),
      { numRuns: 1000 },
    );
  });

  test('is another text for another key', () => {
    fc.assert(
      fc.property(sameLength, ([a, b]) => {
        expect(encodeKey(a) === encodeKey(b)).toBe(naiveCompareKeys(a, b) === 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('sorts by its bytes as the keys do, value by value by code point', () => {
    fc.assert(
      fc.property(sameLength, ([a, b]) => {
        const bytes = Buffer.compare(Buffer.from(encodeKey(a)), Buffer.from(encodeKey(b)));
        expect(bytes).toBe(Math.sign(naiveCompareKeys(a, b)));
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses to be read as another number of values', () => {
    expect(() => decodeKey('a+b', 1)).toThrow(RangeError);
    expect(() => decodeKey('a', 2)).toThrow(RangeError);
    expect(() => decodeKey('a', 0)).toThrow(RangeError);
  });
});

describe('comparing texts', () => {
  test.each([
    ['', '', 0],
    ['', 'a', -1],
    ['a', 'b', -1],
    ['a', 'B', 1],
    ['a', 'ab', -1],
    ['\uFFFF', '\u{10000}', -1],
    ['\uE000', '\u{1F600}', -1],
    ['a\u{1F600}', 'a\u{1F601}', -1],
  ])('%j and %j gives %j', (a, b, order) => {
    expect(Math.sign(compareText(a, b))).toBe(order);
    expect(Math.sign(compareText(b, a))).toBe(0 - order);
  });

  test('is that of code points, not of UTF-16 units', () => {
    const unit = fc.constantFrom('a', '\uD7FF', '\uE000', '\uFFFF', '\u{1F600}', '\u{10FFFF}');
    const anyText = fc.array(unit, { maxLength: 5 }).map((units) => units.join(''));
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(naiveCompare(a, b)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the key of an event', () => {
  const event = {
    resource: { id: 'customer.7', region: 'eu' },
    related: [{ id: 'o.1', role: 'order', kind: 'new' }],
    payload: { ip: '10.0.0.1' },
  };

  test('is the values of the names, in their order', () => {
    expect(keyOf(event, ['id', 'region', 'related:order:kind'])).toEqual(['customer.7', 'eu', 'new']);
    expect(keyOf(event, ['id', 'payload.ip', 'payload.port'])).toEqual(['customer.7', '10.0.0.1', '']);
  });

  test('has an empty value for an absent label', () => {
    expect(keyOf(event, ['id', 'nothing', 'toString'])).toEqual(['customer.7', '', '']);
  });

  test('is empty without names', () => {
    expect(keyOf(event, [])).toEqual([]);
  });
});

test('labels become the key that they came from, and those of other names none', () => {
  const names = ['id', 'region'];
  const labels = { region: 'eu', id: 'a+b' };
  const key = keyOfLabels(names, labels) ?? '';
  expect(key).toBe(encodeKey(['a+b', 'eu']));
  expect(labelsOfKey(names, key)).toEqual(labels);
  expect(keyOfLabels([], {})).toBe('');
  const others: Record<string, string>[] = [{ id: '1' }, { ...labels, zone: '' }, { id: '1', zone: 'b' }];
  for (const other of others) {
    expect(keyOfLabels(names, other)).toBeNull();
  }
});
