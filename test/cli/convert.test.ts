import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileExpression, evaluate } from '../../src/cel/expression.ts';
import { documentsIn } from '../../src/cli/documents.ts';
import { patternOf } from '../../src/cli/sigma/detection.ts';
import { findingsIn } from '../../src/findings/automation-findings.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { type Ran, run } from './run.ts';

const FOLDER = path.join(import.meta.dirname, 'fixtures/sigma');
const textOf = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');
const convert = (stdin: string): Promise<Ran> => run(['convert', '--from', 'sigma', '-'], { stdin });

/** The automations of what was printed, and its comments. */
function read({ out }: Ran): { triggers: unknown[]; comments: string[] } {
  const { found, problems } = documentsIn({ file: 'converted', text: out.join('\n') });
  expect(problems).toEqual([]);
  const automations = found.map(({ document }) => parseAutomation(document));
  for (const one of automations) expect(findingsIn(one)).toEqual([]);
  return {
    triggers: automations.map(({ document: { trigger } }) => trigger),
    comments: out.filter((line) => line.startsWith('# ')).slice(2),
  };
}

const FAILED_LOGON = {
  event: 'windows.security',
  where:
    'has(payload.EventID) && payload.EventID in [4625, "4625"] && ' +
    '!(has(payload.TargetUserName) && string(payload.TargetUserName).matches("(?is)\\\\$$"))',
};

describe('watchfire convert --from sigma', () => {
  test('makes automations of correlations that stand for themselves, and of what they say to generate', async () => {
    const ran = await run(['convert', '--from', 'sigma', path.join(FOLDER, 'brute-force.yml')]);
    expect({ status: ran.status, err: ran.err }).toEqual({ status: 0, err: [] });
    const count = { for_each: ['payload.ComputerName'], threshold: 100, within: '1h', window: 'sliding' };
    expect(read(ran)).toEqual({
      triggers: [
        { expect: [FAILED_LOGON] },
        {
          type: 'sequence',
          within: '2h',
          for_each: ['payload.ComputerName'],
          triggers: [
            expect.objectContaining(count),
            {
              expect: [
                {
                  event: 'windows.security',
                  where: 'has(payload.EventID) && payload.EventID in [4624, "4624", 4648, "4648"]',
                },
              ],
            },
          ],
        },
      ],
      comments: [],
    });
    expect(ran.out.join('\n')).toContain('id: 7f5b2a0e-3d7e-4d39-9a4f-6b9ad0d3f001\n');
  });

  test('keeps title, description and tags, and counts what a detection finds', async () => {
    const [failed, , many] = textOf('brute-force.yml').split('---\n');
    const ran = await convert(`${failed}---\n${many?.replace('generate: true', 'generate: false')}`);
    const { found } = documentsIn({ file: 'x', text: ran.out.join('\n') });
    expect(found.map(({ document }) => document)).toEqual([
      {
        id: 'many_failed_logons',
        name: 'Many failed logons on one computer',
        description: 'Somebody tries passwords',
        tags: ['attack.credential_access', 'attack.t1110'],
        trigger: {
          expect: [FAILED_LOGON],
          for_each: ['payload.ComputerName'],
          threshold: 100,
          within: '1h',
          window: 'sliding',
        },
        actions: [],
      },
    ]);
  });

  test('says what differs in a comment, and what cannot be said on stderr', async () => {
    const ran = await convert(textOf('kinds.yml'));
    const { triggers, comments } = read(ran);
    expect(ran.status).toBe(1);
    expect(triggers).toEqual([
      {
        expect: ['failed_logon'],
        for_each: ['payload.ComputerName', 'payload.source.ip'],
        threshold: 100,
        within: '1d',
        window: 'sliding',
        distinct: 'payload.TargetUserName',
      },
      { expect: ['upload'], for_each: ['payload.User'], threshold: 1_000_000, within: '12h', sum: 'payload.bytes.out' },
      {
        type: 'compound',
        require: 2,
        within: '5m',
        for_each: ['payload.User'],
        triggers: [{ expect: ['whoami'] }, { expect: ['netstat'] }, { expect: ['systeminfo'] }],
      },
      { expect: ['server_error'], for_each: [], threshold: 2_000, within: '1m' },
    ]);
    expect(comments).toEqual(
      expect.arrayContaining([
        '# the rule "upload" is not in this file: an event of that name is expected where it matches',
        '# fires when the sum is 1000000, the rule asks for more than that',
        '# sums have no sliding windows: one begins with its first event and ends after the timespan',
        '# more than 1000 have no sliding window: one begins with its first event and ends after the timespan',
      ]),
    );
    const left = [
      /^Fewer than usual: only "gte" or "gt" alone can be said/,
      /^Average size: the type "value_avg" has no counterpart$/,
      /^Addresses under two names: the alias "ip" is another field in each rule/,
    ];
    const said = ran.err.map((line) => line.replace('watchfire: not converted: ', ''));
    expect(said).toEqual(left.map((reason) => expect.stringMatching(reason)));
    for (const reason of said) expect(comments).toContain(`# Not converted: ${reason}`);
  });

  test.each<[string, string | RegExp]>([
    ['', 'watchfire: stdin holds no rule'],
    ['title: [', /^watchfire: stdin: is not YAML: /],
    ['title: a\n', /^watchfire: not converted: a: it has no "detection"$/],
    ['title: a\ncorrelation: { type: temporal, rules: [b], timespan: 1M }', /the timespan "1M" has no counterpart/],
    [
      'title: a\ncorrelation: { type: event_count, rules: [b], timespan: 1m, condition: { gte: 3, lte: 5 } }',
      /known only when the window is over$/,
    ],
    ['title: a\ncorrelation: { type: temporal, timespan: 1m }', /a: it names no rules$/],
    [
      'name: a\ntitle: a\ncorrelation: { type: temporal, rules: [a], timespan: 1m, generate: true }',
      /chained too deep/,
    ],
  ])('refuses %j', async (text, said) => {
    const { status, err } = await convert(text);
    expect({ status, err }).toEqual({
      status: 1,
      err: [typeof said === 'string' ? said : expect.stringMatching(said)],
    });
  });

  test('wants to know from what', async () => {
    expect((await run(['convert', 'x.yml'])).status).toBe(2);
    expect((await run(['convert', '--from', 'other', 'x.yml'])).status).toBe(2);
  });
});

/** Whether an event with this payload is found by a detection. */
function finds(detection: object, payload: unknown): boolean {
  const { where } = patternOf({ detection });
  const event = { event: 'x', id: 'e', resource: {}, related: [], payload, occurredMs: 0, receivedMs: 0 };
  const result = evaluate(compileExpression(where ?? 'true', 'boolean'), event);
  return result.ok && result.value === true;
}

describe('a detection finds', () => {
  const of = (selection: unknown): object => ({ selection, condition: 'selection' });
  test.each<[string, object, unknown[], unknown[]]>([
    ['a text whatever its case', of({ a: 'Whoami' }), [{ a: 'WHOAMI' }], [{ a: 'whoami.exe' }, {}, { a: null }]],
    [
      'a text with wildcards',
      of({ a: '*\\\\cmd.?xe' }),
      [{ a: 'C:\\cmd.exe' }],
      [{ a: 'cmd.exe' }, { a: 'C:\\cmdxexe' }],
    ],
    ['an escaped wildcard', of({ a: 'a\\*b' }), [{ a: 'a*b' }], [{ a: 'axb' }]],
    ['one of a list', of({ a: ['x', 'y'] }), [{ a: 'y' }], [{ a: 'z' }]],
    [
      'all fields of a map',
      of({ a: 'x', b: 1 }),
      [
        { a: 'x', b: 1 },
        { a: 'x', b: '1' },
      ],
      [{ a: 'x' }, { a: 'x', b: 2 }],
    ],
    ['any map of a list', of([{ a: 'x' }, { b: 'y' }]), [{ a: 'x' }, { b: 'y' }], [{ a: 'y' }]],
    ['a part of a text', of({ 'a|contains': 'mid' }), [{ a: 'amidst' }, { a: 'a\nMID\nb' }], [{ a: 'm-i-d' }]],
    ['all parts', of({ 'a|contains|all': ['x', 'y'] }), [{ a: 'y-x' }], [{ a: 'x' }]],
    [
      'a beginning and an end',
      of({ 'a|startswith': 'x', 'b|endswith': '.y' }),
      [{ a: 'Xa', b: 'b.Y' }],
      [{ a: 'ax', b: 'by' }],
    ],
    ['a text as it is', of({ 'a|cased': 'X' }), [{ a: 'X' }], [{ a: 'x' }]],
    ['an expression', of({ 'a|re': '^x[0-9]+$' }), [{ a: 'x12' }], [{ a: 'X12' }]],
    ['an expression whatever its case', of({ 'a|re|i': '^x' }), [{ a: 'X1' }], [{ a: 'y' }]],
    ['a number', of({ 'a|gte': 5, 'b|lt': 1.5 }), [{ a: 5, b: 1 }], [{ a: 4, b: 1 }, { a: 'x', b: 1 }, {}]],
    ['what is there, and what is not', of({ 'a|exists': true, 'b|exists': false }), [{ a: 1 }], [{}, { a: 1, b: 1 }]],
    ['null', of({ a: null }), [{}, { a: null }], [{ a: '' }]],
    ['the empty text', of({ a: '' }), [{ a: '' }], [{}, { a: ' ' }]],
    ['another value', of({ 'a|neq': 'x' }), [{ a: 'y' }, {}], [{ a: 'X' }]],
    ['another field', of({ 'a|fieldref': 'b' }), [{ a: 1, b: 1 }], [{ a: 1, b: 2 }, { a: 1 }]],
    [
      'fields inside others, and odd ones',
      of({ 'a.b': 1, 'in.c-d': 2 }),
      [{ a: { b: 1 }, in: { 'c-d': 2 } }],
      [{}, { a: 1 }],
    ],
    ['a truth value', of({ a: true }), [{ a: true }, { a: 'true' }], [{ a: false }, {}]],
    [
      'what a condition says',
      { s1: { a: 'x' }, s2: { b: 'y' }, filter_a: { c: 'z' }, condition: '(s1 or s2) and not 1 of filter_*' },
      [{ a: 'x' }, { b: 'y', c: 'a' }],
      [{ a: 'x', c: 'z' }, { c: 'a' }],
    ],
    ['all of them', { s1: { a: 'x' }, s2: { b: 'y' }, condition: 'all of them' }, [{ a: 'x', b: 'y' }], [{ a: 'x' }]],
  ])('%s', (_what, detection, met, others) => {
    for (const payload of met) expect(finds(detection, payload), JSON.stringify(payload)).toBe(true);
    for (const payload of others) expect(finds(detection, payload), JSON.stringify(payload)).toBe(false);
  });

  test.each<[object, string | RegExp]>([
    [of(['keyword']), /^keywords without a field/],
    [of({ 'a|cidr': '10.0.0.0/8' }), 'the modifier "cidr" has no counterpart'],
    [of({ 'a|base64offset|contains': 'x' }), 'the modifier "base64offset" has no counterpart'],
    [{ selection: { a: 1 }, condition: 'other' }, 'its condition names "other", which is not there'],
    [{ selection: { a: 1 }, condition: '(selection' }, 'its condition lacks a closing bracket'],
    [{ selection: { a: 1 }, condition: 'selection selection' }, 'its condition cannot be read from "selection" on'],
    [{ selection: { a: 1 }, condition: 'selection and' }, 'its condition ends too early'],
    [{ selection: { a: 1 }, condition: 'selection | count() > 5' }, /write a correlation$/],
    [
      { selection: { a: 1 }, condition: `${'('.repeat(30)}selection${')'.repeat(30)}` },
      'its condition is nested too deep',
    ],
    [{ selection: { a: 1 }, condition: 'constructor' }, 'its condition names "constructor", which is not there'],
    [{ selection: { a: { b: 1 } }, condition: 'selection' }, /cannot be compared with the field "a"$/],
  ])('nothing that cannot be said: %j', (detection, reason) => {
    expect(() => patternOf({ detection })).toThrow(reason);
  });
});
