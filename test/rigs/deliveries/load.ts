import type { Redis } from 'ioredis';
import type { AutomationDocument } from '../../../src/index.ts';
import { parseFiring } from '../../../src/model/firing.ts';
import { keysOf } from '../../../src/redis/keys.ts';
import { entriesOf } from '../chaos/ledger.ts';

export const NAMESPACE = 'deliveries';

/** Firings of one automation: fewer than the budget of a minute holds back. */
const PER_AUTOMATION = 80;

/** How long one try may take, in s, and the tries: far more than dice need that fail two of five times. */
const TIMEOUT = 2;
const ATTEMPTS = 20;

/** Of so many automations one has groups. */
const ONE_GROUPED_OF = 4;

const isGrouped = (number: number): boolean => number % ONE_GROUPED_OF === ONE_GROUPED_OF - 1;
const idOf = (number: number): string => `a-${number}`;

function automationOf(number: number): AutomationDocument {
  const common = { timeout: TIMEOUT, retry: { attempts: ATTEMPTS, delay: 0.01 } };
  const single = { type: number % 2 === 0 ? 'webhook' : 'notify', target: 'hook', ...common };
  const grouped = { type: 'webhook', target: 'groups', group: { by: ['shop'], wait: 1, max: 3 }, ...common };
  const shop = { match: { shop: `shop.${number}` }, for_each: ['shop'] };
  return {
    id: idOf(number),
    name: `orders of shop ${number}`,
    trigger: { posture: 'Reactive', expect: ['order.failed'], ...shop },
    actions: [isGrouped(number) ? grouped : single],
  } as AutomationDocument;
}

/** The automations for so many firings. */
export function automationsFor(firings: number): AutomationDocument[] {
  return Array.from({ length: Math.ceil(firings / PER_AUTOMATION) }, (_, number) => automationOf(number));
}

/** How many of the first so many firings are delivered by themselves. */
export function singlesOf(firings: number): number {
  let count = 0;
  for (let i = 0; i < firings; i += 1) if (!isGrouped(Math.floor(i / PER_AUTOMATION))) count += 1;
  return count;
}

/** Appends the events `from` to `to`, as a producer. */
export async function push(redis: Redis, from: number, to: number): Promise<void> {
  const pipeline = redis.pipeline();
  for (let i = from; i < to; i += 1) {
    const shop = `shop.${Math.floor(i / PER_AUTOMATION)}`;
    const fields = ['event', 'order.failed', 'id', `e-${i}`, 'resource.id', `order.${i}`, 'resource.shop', shop];
    pipeline.xadd(keysOf(NAMESPACE).events, '*', ...fields);
  }
  await pipeline.exec();
}

/** What the ledger asks for: the idempotency keys of what is delivered by itself, and the ids of firings that go out in groups. */
export type Ledger = Readonly<{ count: number; singles: Set<string>; grouped: Set<string> }>;

export async function readLedger(redis: Redis): Promise<Ledger> {
  const [singles, grouped] = [new Set<string>(), new Set<string>()];
  for await (const [, fields] of entriesOf(redis, keysOf(NAMESPACE).firings)) {
    const { id, automation } = parseFiring(fields);
    if (isGrouped(Number(automation.slice(idOf(0).length - 1)))) grouped.add(id);
    else singles.add(`f-${id}-0`);
  }
  return { count: singles.size + grouped.size, singles, grouped };
}
