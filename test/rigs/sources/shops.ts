import { Redis } from 'ioredis';
import type { AutomationDocument } from '../../../src/index.ts';
import type { PrivateServer } from '../../support/private-server.ts';

/** How long an order may wait for its payment, in seconds. */
const WITHIN_S = 3;

/** A part of the entries are sent together. */
const BATCH = 100;

/** Every fifth order is not paid, every tenth entry is of a kind that is passed over, and every hundredth does not map. */
const UNPAID = 5;
const PASSED_OVER = 10;
const MISSHAPEN = 100;

export const AUTOMATIONS: readonly AutomationDocument[] = [
  {
    id: 'each',
    name: 'each payment',
    trigger: { posture: 'Reactive', expect: ['order.paid'], for_each: ['id'], threshold: 1, within: 0 },
  },
  {
    id: 'unpaid',
    name: 'an order that is not paid',
    trigger: {
      posture: 'Proactive',
      after: ['order.placed'],
      expect: ['order.paid'],
      for_each: ['id'],
      within: WITHIN_S,
    },
  },
];

/** A stream of orders, as a program that knows nothing of Watchfire writes it. */
export class ShopStream {
  readonly name: string;
  readonly key: string;
  readonly server: PrivateServer;
  /** Ids in the stream of what becomes an event, in order. */
  readonly events: string[] = [];
  readonly letters: string[] = [];
  readonly paid: string[] = [];
  readonly unpaid: string[] = [];
  readonly #redis: Redis;
  #number = 0;

  constructor(name: string, server: PrivateServer) {
    // What was sent once is not sent again by itself: nobody would know whether it is there twice.
    this.#redis = new Redis(server.url, {
      maxRetriesPerRequest: null,
      autoResendUnfulfilledCommands: false,
      retryStrategy: () => 50,
    });
    this.#redis.on('error', () => undefined);
    this.name = name;
    this.key = `shop:${name}`;
    this.server = server;
  }

  end(): void {
    this.#redis.disconnect();
  }

  /** Its document in a sources file. */
  document(withAddress: boolean): Record<string, unknown> {
    return {
      name: this.name,
      type: 'stream',
      stream: this.key,
      ...(withAddress ? { redis: this.server.url } : {}),
      from: 'start',
      where: 'entry.status != "test"',
      event: 'order.{{ entry.status }}',
      resource: { id: '{{ entry.order }}' },
    };
  }

  /** Adds entries, each order with its payment close behind. @returns how many were added */
  async add(): Promise<number> {
    const sent: [fields: string[], note: (id: string) => void][] = [];
    const entry = (status: string, order: string | null, note: (id: string) => void): void =>
      void sent.push([['status', status, ...(order === null ? ['of', 'nobody'] : ['order', order])], note]);
    for (let i = 0; i < BATCH; i += 1) {
      this.#number += 1;
      const order = `${this.name}.${this.#number}`;
      const event = (id: string): void => void this.events.push(id);
      entry('placed', order, event);
      if (this.#number % UNPAID === 0) this.unpaid.push(order);
      else {
        this.paid.push(order);
        entry('paid', order, event);
      }
      if (this.#number % PASSED_OVER === 0) entry('test', order, () => undefined);
      if (this.#number % MISSHAPEN === 0) entry('paid', null, (id) => void this.letters.push(id));
    }
    const ids = await addTogether(
      this.#redis,
      this.key,
      sent.map(([fields]) => fields),
    );
    for (const [i, id] of ids.entries()) sent[i]?.[1](id);
    return ids.length;
  }
}

/** In one command, a list of fields in JSON: the client of a transaction waits for ever where the connection breaks within it. */
const ADD = `local ids = {}
for i, fields in ipairs(cjson.decode(ARGV[1])) do ids[i] = redis.call('XADD', KEYS[1], '*', unpack(fields)) end
return ids`;

/** A server that is killed has all of them or none, and says so when it is back. */
async function addTogether(redis: Redis, key: string, entries: readonly (readonly string[])[]): Promise<string[]> {
  const before = await lastOf(redis, key);
  try {
    return (await redis.eval(ADD, 1, key, JSON.stringify(entries))) as string[];
  } catch {
    // The answer was lost with the connection: what is behind the last entry of before is what was added.
    const found = await redis.xrange(key, `(${before}`, '+');
    if (found.length === 0) return await addTogether(redis, key, entries);
    return found.map(([id]) => id);
  }
}

async function lastOf(redis: Redis, key: string): Promise<string> {
  const [last] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
  return last?.[0] ?? '0-0';
}
