import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { blocksOf } from '../../../docs/page-blocks.ts';
import { root } from '../../../house/tree.ts';
import { eventually } from '../../../support/eventually.ts';
import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';

/** Files with the mistakes that docs/check.md shows, at the lines that it shows. */
async function mistakes(scene: Scene): Promise<void> {
  const orders = [
    '- id: many-large-orders',
    '  name: Many large orders',
    '  trigger:',
    '    expect: [order.placed]',
    '    threshold: 5',
    '    within: soon',
    '    where: "payload.n >> 1"',
    '- { id: order-failed, name: An order failed, trigger: { expect: [order.failed] } }',
  ];
  const payments = [
    'id: any-order',
    'name: Whatever becomes of an order',
    'trigger: { expect: [order.] }',
    '---',
    '{ id: payment-failed, name: A payment failed, trigger: { expect: [payment.failed] } }',
  ];
  await scene.write('automations/orders.yaml', `${orders.join('\n')}\n`);
  await scene.write('automations/payments.yaml', `${payments.join('\n')}\n`);
}

/** The test file of the page, beside the automation that it tests. */
async function testFile(scene: Scene): Promise<void> {
  const shown = blocksOf('docs/testing.md').find(({ kind }) => kind === 'yaml');
  await scene.write('tests/payment-overdue.yaml', shown?.text ?? '');
  const automation = 'payment-overdue.yaml';
  await copyFile(path.join(root, 'examples/automations', automation), path.join(scene.dir, automation));
}

/** A test in which an event is misspelt. */
async function misspelt(scene: Scene): Promise<void> {
  const lines = [
    'automations: [../payment-overdue.yaml]',
    'tests:',
    '  - name: an order that is paid in time leaves no trace',
    '    steps:',
    '      - at: 0s',
    '        send: { event: order.placed, resource: { id: order.1 } }',
    '      - at: 14m',
    '        send: { event: order.payed, resource: { id: order.1 } }',
    '      - at: 1h',
  ];
  await scene.write('tests/payment-overdue.yaml', `${lines.join('\n')}\n`);
}

/** The examples are put, and a worker applies what was sent. */
export async function examples(scene: Scene): Promise<void> {
  await scene.sh('watchfire apply examples/automations/*.yaml');
}

/** An engine that was in use, with a window that is open; its worker has stopped. */
async function inUse(scene: Scene): Promise<void> {
  await scene.sh('watchfire apply examples/automations/payment-overdue.yaml');
  const engine = scene.engine();
  const worker = await engine.startWorker();
  await engine.emit({ event: 'order.placed', id: 'order-1', resource: { id: 'order.1' } });
  await eventually('its window is open', async () => (await engine.windows({ limit: 1 })).windows.length === 1);
  await worker.stop();
}

/** Each partition is an engine now. */
async function divided(scene: Scene): Promise<void> {
  assert.match(await scene.sh('watchfire partition order.1'), /^\d+\n$/);
  assert.match(await scene.sh('watchfire windows'), /^Payment overdue +id=order\.1/m);
}

/** The API answers where the page says that the console listens. */
async function answers(scene: Scene): Promise<void> {
  const answer = await fetch(`http://${scene.here('127.0.0.1:9466')}/api/status`);
  assert.equal(answer.status, 200);
}

/** A payment that comes too late, so that there is something to count. */
async function someMinutes(scene: Scene): Promise<void> {
  await inUse(scene);
  await eventually('the minute is counted', async () => (await scene.sh('watchfire history')).includes('applied'));
}

export const SMALL: readonly Story[] = [
  {
    page: 'docs/check.md',
    setUp: mistakes,
    steps: [
      { begins: '$ watchfire check automations', status: 1 },
      { begins: '[', of: 'watchfire check -o json automations/*.yaml', status: 1 },
    ],
  },
  { page: 'docs/console.md', steps: [{ begins: 'watchfire console', after: answers }] },
  { page: 'docs/operations.md', setUp: someMinutes, steps: [{ begins: '$ watchfire history' }] },
  { page: 'docs/scaling.md', steps: [{ begins: '$ watchfire init' }] },
  { page: 'docs/scaling.md', setUp: inUse, steps: [{ begins: '$ watchfire repartition', after: divided }] },
  { page: 'docs/semantics.md', setUp: examples, steps: [{ begins: '$ watchfire shadow' }] },
  {
    page: 'docs/testing.md',
    setUp: testFile,
    steps: [
      { begins: '$ watchfire test tests/*.yaml' },
      { begins: '$ watchfire test tests/payment-overdue.yaml', before: misspelt, status: 1 },
    ],
  },
];
