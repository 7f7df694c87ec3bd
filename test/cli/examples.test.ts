import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { changesOf } from '../../src/cli/changes.ts';
import { documentsIn } from '../../src/cli/documents.ts';
import { schemas } from '../../src/model/json-schema.ts';
import type { Answered } from '../../src/simulation/scenario.ts';
import { root } from '../house/tree.ts';
import { run } from './run.ts';

const FOLDER = path.join(root, 'examples/automations');
const SCHEMA = path.join(root, 'examples/automation.schema.json');

const texts = readdirSync(FOLDER).map((file) => ({ file, text: readFileSync(path.join(FOLDER, file), 'utf8') }));
const found = texts.flatMap((source) => documentsIn(source).found);

test('the examples can be applied as they are, and carry an id of their own', () => {
  expect(texts.flatMap((source) => documentsIn(source).problems)).toEqual([]);
  const { changes, problems } = changesOf(found, [], { newId: () => 'none', prune: false });
  expect(problems).toEqual([]);
  expect(changes.map(({ id }) => `${id}.yaml`)).toEqual(texts.map(({ file }) => file));
});

test.each(texts)('$file names the schema that editors check it by', ({ text }) => {
  const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
  expect(path.resolve(FOLDER, schema)).toBe(SCHEMA);
});

test('the schema beside them is the one of `watchfire schema automation`', () => {
  expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(schemas().automation);
});

/** Seconds, event and resource; `tick` lets time pass. */
type Moment = [seconds: number, event: string, resource?: string];

async function firingsOf(id: string, moments: readonly Moment[]): Promise<string[]> {
  const automations = found
    .map(({ document }) => document)
    .filter((document) => (document as { id: string }).id === id);
  const timeline = moments.map(([seconds, event, resource], i) => {
    const at = new Date(Date.UTC(2026, 2, 2, 9, 0, seconds)).toISOString();
    return event === 'tick' ? { at, tick: true } : { at, event: { id: `e${i}`, event, resource: { id: resource } } };
  });
  const { out } = await run(['simulate', '-', '--redis', inject('adminUrl')], {
    stdin: JSON.stringify({ name: id, automations, timeline }),
  });
  const { firings } = JSON.parse(out.join('')) as { firings: Answered[] };
  return firings.map(({ step, state, labels }) => `${step} ${state} ${Object.values(labels).join()}`.trim());
}

const MINUTE = 60;

describe('an example does what its comment says', () => {
  test.each<[string, Moment[], string[]]>([
    [
      'order-failed',
      [
        [0, 'order.failed', 'customer.7'],
        [1, 'order.placed', 'customer.7'],
        [2, 'order.failed', 'customer.7'],
      ],
      ['0 triggered', '2 triggered'],
    ],
    [
      'failing-customer',
      [
        ...[0, 1, 2, 3].map((second): Moment => [second, 'order.failed', 'customer.7']),
        [4, 'order.failed', 'customer.8'],
        [5, 'order.failed', 'customer.7'],
        [6, 'order.failed', 'customer.7'],
      ],
      ['5 triggered customer.7'],
    ],
    [
      'failing-payments',
      [
        ...[0, 500, 501, 700, 701].map((second): Moment => [second, 'payment.failed', 'customer.7']),
        [702, 'payment.succeeded', 'customer.8'],
        [703, 'payment.failed', 'customer.7'],
        [704, 'payment.succeeded', 'customer.7'],
      ],
      ['6 triggered customer.7', '7 resolved customer.7'],
    ],
    [
      'heartbeat-stopped',
      [
        [0, 'device.heartbeat', 'device.1'],
        [20, 'device.heartbeat', 'device.1'],
        [49, 'tick'],
        [50, 'tick'],
        [70, 'device.heartbeat', 'device.1'],
      ],
      ['3 triggered device.1', '4 resolved device.1'],
    ],
    [
      'payment-overdue',
      [
        [0, 'order.placed', 'order.1'],
        [0, 'order.placed', 'order.2'],
        [MINUTE, 'order.paid', 'order.1'],
        [15 * MINUTE, 'tick'],
        [20 * MINUTE, 'order.paid', 'order.2'],
      ],
      ['3 triggered order.2', '4 resolved order.2'],
    ],
    [
      'suspicious-payout',
      [
        [0, 'account.created', 'account.3'],
        [1, 'account.created', 'account.4'],
        [2, 'card.declined', 'account.3'],
        [3, 'payout.requested', 'account.4'],
        [4, 'payout.requested', 'account.3'],
        [5, 'card.declined', 'account.4'],
      ],
      ['4 triggered account.3'],
    ],
  ])('%s', async (id, moments, firings) => {
    expect(await firingsOf(id, moments)).toEqual(firings);
  });

  test('and there is such a case for each', () => {
    expect(texts).toHaveLength(6);
  });
});
