import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { piecesOf } from '../../src/cli/event-list.ts';

async function read(chunks: readonly Buffer[], limit = 30): Promise<[string, string | null][]> {
  async function* source(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const pieces: [string, string | null][] = [];
  for await (const list of piecesOf(source(), limit)) {
    for (const { unit, number, bytes } of list) pieces.push([`${unit} ${number}`, bytes?.toString().trim() ?? null]);
  }
  return pieces;
}

const whole = (text: string): Promise<[string, string | null][]> => read([Buffer.from(text)]);

/** Each byte in a chunk of its own. */
const bitten = (text: string): Promise<[string, string | null][]> =>
  read([...Buffer.from(text)].map((byte) => Buffer.from([byte])));

describe('the documents of a file of events', () => {
  test.each<[string, string, [string, string | null][]]>([
    ['nothing', '', []],
    [
      'lines',
      '{"a":1}\n\n{"b":2}',
      [
        ['line 1', '{"a":1}'],
        ['line 2', ''],
        ['line 3', '{"b":2}'],
      ],
    ],
    ['a line with a key like that of a list', '{"events":5}\n', [['line 1', '{"events":5}']]],
    ['an empty list', ' [ \n ] \n', []],
    [
      'a list',
      '[{"a":1},\n {"b":[2,{}]}\n]\n',
      [
        ['event 1', '{"a":1}'],
        ['event 2', '{"b":[2,{}]}'],
      ],
    ],
    [
      'what is no event',
      '[1, "x"]',
      [
        ['event 1', '1'],
        ['event 2', '"x"'],
      ],
    ],
    [
      'a comma too many',
      '[{},]',
      [
        ['event 1', '{}'],
        ['event 2', ''],
      ],
    ],
    [
      'brackets in texts',
      '[{"a":"]},\\"{["},{"é":"\\\\"}]',
      [
        ['event 1', '{"a":"]},\\"{["}'],
        ['event 2', '{"é":"\\\\"}'],
      ],
    ],
    [
      "Prefect's answer",
      '{ "events" : [{"a":1},{"b":2}], "total": 2, "next": {"x":"}]","y":[[]]} }\n',
      [
        ['event 1', '{"a":1}'],
        ['event 2', '{"b":2}'],
      ],
    ],
    ['an empty one', '{"events":[],"total":0}', []],
    [
      'several lists behind each other',
      '[{"a":1}]\n{"events":[{"b":2}]}[3]',
      [
        ['event 1', '{"a":1}'],
        ['event 2', '{"b":2}'],
        ['event 3', '3'],
      ],
    ],
    [
      'an event that is too long',
      `[{"a":"${'x'.repeat(30)}"},{}]`,
      [
        ['event 1', null],
        ['event 2', '{}'],
      ],
    ],
  ])('%s', async (_, text, pieces) => {
    expect(await whole(text)).toEqual(pieces);
    expect(await bitten(text)).toEqual(pieces);
  });

  test.each([
    ['[{"a":1},{"b"', 'the list of events ends early: its last bracket is missing'],
    ['{"events":[{"a":1}]', 'the list of events ends early: its last bracket is missing'],
    ['[{"a":1}]\n{"event":"x"}', 'behind the list of events stands something else, which was not sent'],
    ['[{"a":1}] "x"', 'behind the list of events stands something else, which was not sent'],
  ])('%s is not read to its end in silence', async (text, sentence) => {
    await expect(whole(text)).rejects.toThrow(sentence);
    await expect(bitten(text)).rejects.toThrow(sentence);
  });

  test('any list comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.constantFrom(0, 2), async (values, space) => {
        const pieces = await read([Buffer.from(JSON.stringify({ events: values }, null, space))], 1e6);
        expect(pieces.map(([, text]) => JSON.parse(text ?? ''))).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });
});
