import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { changesOf } from '../../src/cli/changes.ts';
import { documentsIn } from '../../src/cli/documents.ts';
import { findingsIn } from '../../src/findings/automation-findings.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import type { Answered } from '../../src/simulation/scenario.ts';
import { root } from '../house/tree.ts';
import { run } from './run.ts';

const FOLDER = path.join(root, 'examples/patterns');
const SCHEMA = path.join(root, 'examples/automation.schema.json');

const texts = readdirSync(FOLDER).map((file) => ({ file, text: readFileSync(path.join(FOLDER, file), 'utf8') }));
const found = texts.flatMap((source) => documentsIn(source).found);

test('the examples of patterns are in order, carry an id of their own, and nothing in them is hardly meant', () => {
  expect(texts.flatMap((source) => documentsIn(source).problems)).toEqual([]);
  const { changes, problems } = changesOf(found, [], { newId: () => 'none', prune: false });
  expect(problems).toEqual([]);
  expect(changes.map(({ id }) => `${id}.yaml`)).toEqual(texts.map(({ file }) => file));
  for (const { document } of found) expect(findingsIn(parseAutomation(document))).toEqual([]);
});

test.each(texts)('$file names the schema that editors check it by', ({ text }) => {
  const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
  expect(path.resolve(FOLDER, schema)).toBe(SCHEMA);
});

/** Seconds, event, resource and payload; `tick` lets time pass. */
type Moment = [seconds: number, event: string, resource?: string, payload?: object, labels?: object];

async function firingsOf(id: string, moments: readonly Moment[]): Promise<string[]> {
  const automations = found
    .map(({ document }) => document)
    .filter((document) => (document as { id: string }).id === id);
  const timeline = moments.map(([seconds, event, resource, payload = {}, labels = {}], i) => {
    const at = new Date(Date.UTC(2026, 2, 2, 9, 0, 0, seconds * 1_000)).toISOString();
    return event === 'tick'
      ? { at, tick: true }
      : { at, event: { id: `e${i}`, event, resource: { id: resource, ...labels }, payload } };
  });
  const { out } = await run(['simulate', '-', '--redis', inject('adminUrl')], {
    stdin: JSON.stringify({ name: id, automations, timeline }),
  });
  const { firings } = JSON.parse(out.join('')) as { firings: Answered[] };
  return firings.map(({ step, state, labels }) => `${step} ${state} ${Object.values(labels).join()}`.trim());
}

const MINUTE = 60;
const HOUR = 3_600;
const login = (second: number, country: string, success = true): Moment => [
  second,
  'user.login',
  'web',
  { user: 'u1', country, success },
];
const refund = (second: number, amount: unknown, currency = 'EUR'): Moment => [
  second,
  'refund.made',
  'shop.1',
  { amount, currency },
];

const page = (second: number, word: 'failed' | 'executed', target: string): Moment => [
  second,
  `automation.action.${word}`,
  'automation.a',
  { error: 'timed out' },
  { action: 'notify', target },
];

const cases: [id: string, moments: Moment[], firings: string[]][] = [
  [
    'five-failed-payments',
    [0, 9, 10, 11, 12, 13].map((minute): Moment => [minute * MINUTE, 'payment.failed', 'customer.7']),
    ['5 triggered customer.7'],
  ],
  [
    'failed-checks-in-a-row',
    [
      ...['failed', 'failed', 'passed', 'failed', 'failed', 'failed'].map(
        (word, i): Moment => [i, `check.${word}`, 'host.1'],
      ),
      [5 + HOUR, 'tick'],
      [6 + HOUR, 'check.passed', 'host.1'],
    ],
    ['5 triggered host.1', '6 triggered host.1', '7 resolved host.1'],
  ],
  [
    'logins-from-five-countries',
    [
      login(0, 'de'),
      login(1, 'fr'),
      login(2, 'de'),
      login(3, 'pl'),
      login(4, 'it', false),
      login(5, 'es'),
      login(6, 'it'),
    ],
    ['6 triggered u1'],
  ],
  [
    'refunds-of-a-day',
    [refund(0, 4_000), refund(1, 2_000, 'USD'), refund(2, 'many'), refund(3, 999.5), refund(4, 0.5)],
    ['4 triggered shop.1'],
  ],
  [
    'order-not-shipped',
    [
      [0, 'order.placed', 'order.1'],
      [0, 'order.placed', 'order.2'],
      [0, 'order.placed', 'order.3'],
      [MINUTE, 'order.shipped', 'order.1'],
      [MINUTE, 'order.cancelled', 'order.2'],
      [2 * HOUR, 'tick'],
      [3 * HOUR, 'order.shipped', 'order.3'],
    ],
    ['5 triggered order.3', '6 resolved order.3'],
  ],
  [
    'error-burst',
    Array.from({ length: 21 }, (_, i): Moment => [i, 'error.logged', 'api', { level: i === 3 ? 'warning' : 'error' }]),
    ['20 triggered api'],
  ],
  [
    'pages-fail',
    [
      page(0, 'failed', 'oncall'),
      page(1, 'executed', 'oncall'),
      page(2, 'failed', 'oncall'),
      page(3, 'failed', 'sales'),
      page(4, 'failed', 'oncall'),
    ],
    ['4 triggered oncall'],
  ],
  [
    'throttle',
    [0, 10, HOUR - 1, HOUR].map((second): Moment => [second, 'host.warning', 'host.1']),
    ['0 triggered host.1', '3 triggered host.1'],
  ],
];

const pauses: typeof cases = [
  [
    'sensor-fell-silent',
    [
      [0, 'sensor.reading', 's.1'],
      [0.5, 'sensor.reading', 's.1'],
      [1.4, 'tick'],
      [1.5, 'tick'],
    ],
    ['3 triggered s.1'],
  ],
  [
    'debounce',
    [
      [0, 'document.changed', 'd.1'],
      [4, 'document.changed', 'd.1'],
      [8, 'document.changed', 'd.1'],
      [12, 'tick'],
      [13, 'tick'],
    ],
    ['4 triggered d.1'],
  ],
];

describe('an example does what its comment says', () => {
  test.each([...cases, ...pauses])('%s', async (id, moments, firings) => {
    expect(await firingsOf(id, moments)).toEqual(firings);
  });

  test('and there is such a case for each', () => {
    expect([...cases, ...pauses].map(([id]) => `${id}.yaml`).sort()).toEqual(texts.map(({ file }) => file));
  });
});
