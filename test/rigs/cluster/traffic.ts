import type { AutomationDocument, EventInput } from '../../../src/index.ts';

/** How many failures of a customer make a firing. */
export const THRESHOLD = 5;

/** How long a job may take until its absence fires, and how long one that ends takes. */
export const WITHIN_MS = 20_000;
export const DONE_AFTER_MS = 2_000;

const CUSTOMERS = 400;

/** All of them live on every partition by id; no key is forgotten within a run, so that what must fire follows from what is in the logs. */
export const AUTOMATIONS: readonly AutomationDocument[] = [
  {
    id: 'ring',
    name: 'each ring',
    trigger: { posture: 'Reactive', expect: ['ring'], for_each: ['id'] },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'failures',
    name: 'five failures of a customer',
    trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: THRESHOLD, for_each: ['id'] },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'silent',
    name: 'begun and never ended',
    trigger: {
      posture: 'Proactive',
      after: ['job.started'],
      expect: ['job.done'],
      within: WITHIN_MS / 1_000,
      for_each: ['id'],
    },
    actions: [{ type: 'ring' }],
  },
];

/** Event `i` of a run, and the one that has to follow it some time later: of jobs one in ten never ends. */
export function eventsAt(i: number, random: () => number): readonly (EventInput & { id: string })[] {
  const roll = random();
  const customer = { id: `customer.${Math.floor(random() * CUSTOMERS)}` };
  const id = `e-${i}`;
  if (roll < 0.2) return [{ id, event: 'ring', resource: customer }];
  if (roll < 0.6) return [{ id, event: 'order.failed', resource: customer }];
  if (roll < 0.8) return [{ id, event: 'noise', resource: customer }];
  const resource = { id: `job.${i}` };
  const started = { id, event: 'job.started', resource };
  return random() < 0.1 ? [started] : [started, { id: `${id}-done`, event: 'job.done', resource }];
}
