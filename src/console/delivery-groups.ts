import { z } from 'zod';
import { DELIVERY_STATES, type Delivery } from '../model/delivery.ts';
import type { Desk } from './desk.ts';
import { type Route, route } from './route.ts';
import { deliveryShape, listOf, time } from './shapes.ts';

/** How long the answer is given to all who ask. */
const GROUPS_MS = 2_000;

/** Deliveries that are looked at, the newest; groups that are told; of each, the jobs that are named and the deliveries that are told whole. */
const LOOKED = 1_000;
const GROUPS = 100;
const JOBS = 500;
const TOLD = 20;

export const groupShape = z
  .object({
    key: z.string(),
    automation: z.string(),
    type: z.string(),
    target: z.string().nullable(),
    state: z.string(),
    status: z.number().nullable(),
    error: z.string().describe('Of the newest; numbers in it may differ'),
    count: z.number(),
    first: time,
    last: time,
    jobs: listOf(z.string()).describe('The newest of them, to act on'),
    newest: listOf(deliveryShape),
  })
  .readonly()
  .meta({ id: 'DeliveryGroup' });

export const groupsShape = z.object({
  groups: listOf(groupShape),
  looked: z.number().describe('Deliveries that were looked at'),
  more: z.boolean().describe('Whether older ones are there'),
});

type Group = z.input<typeof groupShape>;

/** Those that failed come first, since somebody has to see to them. */
const ORDER: readonly string[] = ['failed', 'retried', 'waiting', 'sent'];

export const DELIVERY_GROUPS: Route = route({
  path: '/api/deliveries/groups',
  topic: 'failures',
  summary:
    'Deliveries that are alike, as one: of an automation, to a receiver, in a state, with an error; those that failed first',
  query: z.object({ state: z.enum(DELIVERY_STATES).optional() }),
  answer: groupsShape,
  run: async (desk, { query: { state } }) => await grouped(desk, state),
});

async function grouped({ kept, watchfire }: Desk, state: Delivery['state'] | undefined) {
  return await kept.of(`deliveries ${state ?? ''}`, GROUPS_MS, async () => {
    const found = await watchfire.deliveries({ limit: LOOKED, ...(state && { state }) });
    return { groups: groupsOf(found.toReversed()), looked: found.length, more: found.length === LOOKED };
  });
}

/** @param deliveries the newest first */
export function groupsOf(deliveries: readonly Delivery[]): Group[] {
  const groups = [...Map.groupBy(deliveries, keyOf)].flatMap(([key, all]): Group[] => {
    const [newest, oldest] = [all[0], all.at(-1)];
    if (newest === undefined || oldest === undefined) return [];
    const { automation, type, target, state, status, error } = newest;
    return [
      {
        ...{ key, automation, type, target, state, status, error, count: all.length },
        ...{ first: oldest.at, last: newest.at },
        jobs: all.slice(0, JOBS).map(({ job }) => job),
        newest: all.slice(0, TOLD),
      },
    ];
  });
  return groups.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.last - a.last).slice(0, GROUPS);
}

/** Errors that differ in a number alone, as a time or a port, are one. */
function keyOf({ automation, type, target, state, status, error }: Delivery): string {
  return JSON.stringify([automation, type, target, state, status, error.replace(/\d+/g, '#')]);
}
