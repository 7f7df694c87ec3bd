import type { AutomationDocument, EventInput } from '../../../src/index.ts';

/** How many failures of a customer make a firing, and how many rings of a region. */
export const THRESHOLD = 5;
export const REGION_THRESHOLD = 7;

/** How long a job may take until its absence fires, and how long one that ends takes. */
export const WITHIN_MS = 20_000;
export const DONE_AFTER_MS = 2_000;

const CUSTOMERS = 400;
const REGIONS = 20;

/**
 * All but the last live on every partition by id, that one on the global partition. No key is forgotten within a run, so that what must
 * fire follows from what is in the logs.
 */
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
  {
    id: 'regional',
    name: 'seven rings of a region',
    trigger: { posture: 'Reactive', expect: ['ring'], threshold: REGION_THRESHOLD, for_each: ['region'] },
    actions: [{ type: 'ring' }],
  },
];

/** The automation of the global partition, and the event that it wants. */
export const GLOBAL = { automation: 'regional', event: 'ring' } as const;

export type SentEvent = EventInput & Readonly<{ id: string }>;

/** Event `i` of a run, and the one that has to follow it some time later: of jobs one in ten never ends. */
export function eventsAt(i: number, random: () => number): readonly SentEvent[] {
  const roll = random();
  const number = Math.floor(random() * CUSTOMERS);
  const customer = { id: `customer.${number}`, region: `region.${number % REGIONS}` };
  const id = `e-${i}`;
  if (roll < 0.2) return [{ id, event: 'ring', resource: customer }];
  if (roll < 0.6) return [{ id, event: 'order.failed', resource: customer }];
  if (roll < 0.8) return [{ id, event: 'noise', resource: customer }];
  const resource = { id: `job.${i}` };
  const started = { id, event: 'job.started', resource };
  return random() < 0.1 ? [started] : [started, { id: `${id}-done`, event: 'job.done', resource }];
}
