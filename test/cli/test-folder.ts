import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type Ran, run } from './run.ts';

const OVERDUE = `
id: payment-overdue
name: Payment overdue
trigger:
  posture: Proactive
  after: [order.placed]
  expect: [order.paid]
  match: { id: order.* }
  for_each: [id]
  within: 15m
actions_on_trigger: [{ type: queue, queue: billing, name: remind, data: { tone: { kind: soft, length: 2 }, copies: 1 } }]
actions_on_resolve: [{ type: queue, queue: billing, name: stop-reminding }]
`;

/** A folder with the automation, and a file of tests. @returns the path of that file */
export async function folderWith(text: string, automations = '[overdue.yaml]'): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'watchfire-tests-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, 'overdue.yaml'), OVERDUE);
  const file = path.join(folder, 'overdue.test.yaml');
  await writeFile(file, `automations: ${automations}\ntests:\n${text}`);
  return file;
}

export const runTests = async (text: string, ...options: string[]): Promise<Ran> =>
  await run(['test', await folderWith(text), '--scratch', inject('adminUrl'), ...options]);

/** A test of one step behind the order, so that only what it expects has to be said. */
export const expecting = (expected: string): string => `
  - name: a
    steps:
      - send: { event: order.placed, resource: { id: order.1 } }
      - at: 15m
        expect: ${expected}
`;
