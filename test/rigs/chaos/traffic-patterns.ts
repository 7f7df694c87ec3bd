import type { Json } from '../../oracle/event.ts';

const reactive = (expect: (string | Json)[], more: object = {}): Json => ({ posture: 'Reactive', expect, ...more });
const each = { for_each: ['id'] };
const page = { type: 'queue', queue: 'pages', name: 'page' };

/** What rules 17 add: values, sliding windows, resets, alerts that end and are reminded of, groups that are emptied. */
export const PATTERNS: readonly Json[] = [
  {
    id: 'many-failed',
    name: 'failures of many customers close together',
    trigger: reactive(['order.failed'], {
      distinct: 'resource.id',
      threshold: 40,
      within: 5,
      window: 'sliding',
      cooldown: 2,
      collect: 3,
    }),
    actions: [{ type: 'ring' }],
  },
  {
    id: 'worth',
    name: 'much failed in a shop',
    trigger: reactive([{ event: 'order.failed', where: 'payload.total > 10' }], {
      sum: 'payload.total',
      threshold: 1_000,
      within: 20,
      for_each: ['payload.shop'],
      cooldown: 1,
      collect: 2,
    }),
    actions: [page],
  },
  {
    id: 'in-a-row',
    name: 'failures in a row',
    trigger: reactive(['order.failed'], {
      threshold: 3,
      reset: ['order.paid'],
      resolve: { on: ['order.packed'], after: 3 },
      remind: 1,
      remind_limit: 2,
      ...each,
    }),
    actions: [{ type: 'ring' }],
    actions_on_resolve: [{ type: 'all-clear' }],
  },
  {
    id: 'reminded',
    name: 'started and never finished, again and again',
    trigger: {
      posture: 'Proactive',
      after: ['job.started'],
      expect: ['job.done'],
      reset: [{ event: 'job.done', where: 'payload.total > 95' }],
      within: 5,
      remind: 4,
      remind_limit: 3,
      collect: 1,
      ...each,
    },
    actions: [page],
    actions_on_resolve: [{ type: 'all-clear' }],
  },
  {
    id: 'slow-start',
    name: 'not finished within a second',
    trigger: { posture: 'Proactive', after: ['job.started'], expect: ['job.done'], within: 1, ...each },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'shop',
    name: 'much paid in a shop, then a failure',
    trigger: {
      type: 'sequence',
      within: 20,
      for_each: ['payload.shop'],
      triggers: [
        reactive([{ event: 'order.p*', match: { id: 'customer 1*' }, where: 'payload.total > 50' }], {
          threshold: 30,
          for_each: ['payload.shop'],
        }),
        reactive(['order.failed']),
      ],
    },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'not-packed',
    name: 'placed and failed, and not packed between',
    trigger: {
      type: 'sequence',
      within: 20,
      ...each,
      unless: ['order.packed'],
      triggers: [reactive(['order.placed']), reactive(['order.failed'])],
    },
    actions: [{ type: 'ring' }],
  },
];
