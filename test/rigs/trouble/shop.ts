import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { pino } from 'pino';
import { type RunningConsole, startConsole } from '../../../src/cli/console.ts';
import { type AutomationDocument, type EventInput, Watchfire } from '../../../src/index.ts';
import { PrivateServer } from '../../support/private-server.ts';

/** What may be otherwise in a shop than it should be. */
export type ShopPlan = Readonly<{
  /** Changes of automations, by id. */
  documents: Readonly<Record<string, (document: Document) => object>>;
  /** Queues of which nobody takes the jobs. */
  idle: ReadonlySet<string>;
  /** What becomes of the events of a round, before they are sent. */
  events: (events: readonly EventInput[]) => readonly EventInput[];
  /** Fields of entries that are sent as they stand, in the place of events of these names. */
  raw: Readonly<Record<string, (event: EventInput) => readonly string[]>>;
  receiver: boolean;
  /** Tills that show signs of life. */
  tills: number;
}>;

export const SOUND: ShopPlan = Object.freeze({
  documents: {},
  idle: new Set<string>(),
  events: (events: readonly EventInput[]) => events,
  raw: {},
  receiver: true,
  tills: 6,
});

type Document = AutomationDocument & { trigger: Record<string, unknown> };

/** A shop with an engine, its load, those who take its jobs, and a console. */
export type Shop = Readonly<{
  server: PrivateServer;
  /** Runs the worker, the actions and the sources. */
  engine: Watchfire;
  /** Looks, and is what the console shows. */
  watchfire: Watchfire;
  console: RunningConsole;
  stop: () => Promise<void>;
}>;

export const NAMESPACE = 'shop';
export const TILLS = 'tills:signs';
export const QUEUES = ['support', 'billing', 'sales', 'operations'] as const;

/** Events before anybody looks: with fewer of them the doctor says nothing of names. */
const BEFORE = 1_100;
const ROUND_MS = 250;
const TILLS_THERE = 6;

const queue = (name: string, job: string): object => ({ type: 'queue', queue: name, name: job, opts: { attempts: 1 } });
const notify = { type: 'notify', target: 'duty', retry: { attempts: 2, delay: '1s' } };

/** The automations of a shop in which nothing is wrong. */
const AUTOMATIONS = [
  {
    id: 'failing-orders',
    name: 'Three failed orders of one customer',
    trigger: { expect: ['order.failed'], for_each: ['id'], threshold: 3, within: '10m' },
    actions: [queue('support', 'call-customer')],
  },
  {
    id: 'large-order',
    name: 'An order above 900',
    trigger: { expect: ['order.placed'], where: 'payload.total > 900' },
    actions: [queue('sales', 'thank'), notify],
  },
  {
    id: 'payment-overdue',
    name: 'Payment overdue',
    trigger: { posture: 'Proactive', after: ['order.placed'], expect: ['order.paid'], for_each: ['id'], within: '20s' },
    actions_on_trigger: [queue('billing', 'remind')],
  },
  {
    id: 'till-silent',
    name: 'A till went silent',
    trigger: { posture: 'Proactive', after: ['till.sign'], expect: ['till.sign'], for_each: ['id'], within: '10s' },
    actions_on_trigger: [queue('operations', 'look-at-till')],
  },
  {
    id: 'break-in',
    name: 'Four failed logins of one account',
    trigger: { expect: ['login.failed'], for_each: ['id'], threshold: 4, within: '1h' },
    actions: [queue('support', 'lock-account'), notify],
  },
  {
    id: 'returns',
    name: 'Five returns of one article',
    trigger: { expect: ['order.returned'], for_each: ['article'], threshold: 5, within: '1h' },
    actions: [queue('sales', 'look-at-article')],
  },
] as unknown as readonly Document[];

/** Opens a shop, and brings it as far as it is when a person looks. */
export async function openShop(plan: ShopPlan): Promise<Shop> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-shop-'));
  const server = await PrivateServer.start({ kept: true, settings: { maxmemory: '512mb' } });
  const receiver = plan.receiver ? await listening() : null;
  const [targets, sources] = [path.join(dir, 'targets.json'), path.join(dir, 'sources.json')];
  await writeFile(targets, JSON.stringify({ targets: { duty: { kind: 'webhook', url: urlOf(receiver) } } }));
  await writeFile(sources, JSON.stringify({ sources: [TILL_SOURCE] }));
  const [engine, watchfire] = [1, 2].map(() => new Watchfire({ redis: server.url, namespace: NAMESPACE })) as [
    Watchfire,
    Watchfire,
  ];
  for (const one of AUTOMATIONS) await engine.put((plan.documents[one.id]?.(one) ?? one) as AutomationDocument);
  await engine.startWorker();
  await engine.startActions({ targets });
  await engine.startSources({ file: sources });
  const takers = QUEUES.filter((name) => !plan.idle.has(name)).map((name) => taker(name, engine, server));
  const load = new Load(watchfire, server, plan);
  await load.begin();
  const settings = { allowChanges: false, token: null, tokenFile: null };
  const console = await startConsole(watchfire, '127.0.0.1:0', settings, pino({ level: 'silent' }));
  return {
    ...{ server, engine, watchfire, console },
    stop: async () => {
      await load.end();
      await console.stop();
      await Promise.all(takers.map((worker) => worker.close(true)));
      await Promise.all([engine.close(), watchfire.close()]);
      await new Promise<unknown>((resolve) => (receiver === null ? resolve(null) : receiver.close(resolve)));
      await server.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The tills tell that they live by a stream of their own. */
const TILL_SOURCE = {
  ...{ name: 'tills', type: 'stream', stream: TILLS, from: 'start' },
  ...{ event: 'till.sign', resource: { id: 'till.{{ entry.till }}' } },
};

async function listening(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Where messages for people on duty go. Without a receiver nobody listens there. */
function urlOf(receiver: Server | null): string {
  return `http://127.0.0.1:${receiver === null ? 9 : (receiver.address() as AddressInfo).port}/duty`;
}

function taker(name: string, { queuePrefix }: Watchfire, { port }: PrivateServer): Worker {
  const connection = { host: '127.0.0.1', port };
  const worker = new Worker(name, async () => undefined, { connection, prefix: queuePrefix });
  worker.on('error', () => undefined);
  return worker;
}

/** What happens in the shop, some twenty events a second. */
class Load {
  readonly #watchfire: Watchfire;
  readonly #server: PrivateServer;
  readonly #plan: ShopPlan;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #orders = 0;
  #sent = 0;

  constructor(watchfire: Watchfire, server: PrivateServer, plan: ShopPlan) {
    this.#watchfire = watchfire;
    this.#server = server;
    this.#plan = plan;
  }

  async begin(): Promise<void> {
    while (this.#sent < BEFORE) await this.#round();
    this.#running = this.#go();
  }

  async end(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #go(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#round().catch(() => undefined);
      await pause(ROUND_MS, null, { signal }).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const n = this.#orders;
    this.#orders += 1;
    const events: EventInput[] = [
      event('page.viewed', `visitor.${n % 40}`),
      event('order.placed', `order.${n}`, { total: (n * 37) % 941 }),
      ...(n > 0 && n % 40 !== 0 ? [event('order.paid', `order.${n - 1}`)] : []),
      ...(n % 6 === 0 ? [event('order.failed', `customer.${(n / 6) % 9}`, { reason: 'card declined' })] : []),
      ...(n % 10 === 0 ? [event('login.failed', `account.${(n / 10) % 5}`)] : []),
      ...(n % 12 === 0 ? [event('order.returned', `order.${n}`, {}, { article: `article.${(n / 12) % 3}` })] : []),
    ];
    const sent = this.#plan.events(events);
    await Promise.all(sent.map((one) => this.#send(one).catch(() => undefined)));
    this.#sent += sent.length;
    // In the beginning all of them are there.
    const tills = n < TILLS_THERE ? TILLS_THERE : this.#plan.tills;
    for (let i = 0; n % 8 === 0 && i < tills; i += 1) await this.#server.redis.xadd(TILLS, '*', 'till', `${i}`);
  }

  async #send(one: EventInput): Promise<unknown> {
    const fields = this.#plan.raw[one.event]?.(one);
    if (fields === undefined) return await this.#watchfire.emit(one, { timeoutMs: 5_000 });
    return await this.#server.redis.xadd(this.#watchfire.store.keys.events, '*', 'event', one.event, ...fields);
  }
}

export function event(name: string, id: string, payload: object = {}, labels: object = {}): EventInput {
  return { event: name, resource: { id, ...labels }, payload: { ...payload } };
}
