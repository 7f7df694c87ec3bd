import { randomUUID } from 'node:crypto';

/** `count` automations, each for an event name of its own: five within ten minutes, by resource. No actions. */
export function counters(count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `counter-${i}`,
    name: `five of kind ${i}`,
    trigger: { posture: 'Reactive', expect: [`order.kind-${i}`], threshold: 5, within: 600, for_each: ['id'] },
    actions: [],
  }));
}

/** An event as shops send them, about 200 bytes. */
export function order(name: string, customer: string | number): Record<string, unknown> {
  return {
    id: randomUUID(),
    event: name,
    resource: { id: `customer.${customer}`, region: 'eu' },
    payload: { total: 129, currency: 'EUR' },
  };
}

/** Event `i` of a log in which each of `kinds` counters gets five events of one customer, then of the next. */
export function counted(i: number, kinds: number, prefix: string): Record<string, unknown> {
  return order(`order.kind-${i % kinds}`, `${prefix}${Math.floor(i / (kinds * 5))}`);
}
