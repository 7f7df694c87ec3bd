import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withCosts } from './drain.ts';
import { empty, NAMESPACE } from './engine.ts';
import { type Compared, type Costs, costsIn, inPairs, type Sample, timed } from './measure.ts';
import { withProgram } from './program.ts';
import type { Context, Result, Target } from './result.ts';

/** Requests under way at a time. */
const SENDERS = 32;

const EVENT = { event: 'order.failed', resource: { id: 'customer.7' }, payload: { total: 12, currency: 'EUR' } };

/** A stream of a shop, and entries that are brought in before the clock starts. */
const SHOP = { name: 'shop', stream: 'shop:orders' };
const WARM = 2_000;

/** What an event costs that comes by HTTP, alone and in a list, or from a stream by a map, beside `XADD` alone. */
export async function run(context: Context): Promise<Result[]> {
  const alone = context.short ? 2_000 : 20_000;
  const listed = context.short ? 20_000 : 200_000;
  const one = await inPairs(
    context.pairs,
    () => byHttp(context, alone, 1),
    () => appended(context, alone),
  );
  const list = await inPairs(
    context.pairs,
    () => byHttp(context, listed, 100),
    () => appended(context, listed),
  );
  const stream = await inPairs(
    context.pairs,
    () => fromStream(context, listed),
    () => appended(context, listed),
  );
  return [
    ...results('events by HTTP, each in a request of its own', one, { server: 15, own: 400 }),
    ...results('events by HTTP, lists of 100', list, { server: 3, own: 40 }),
    ...results('entries of a stream, by a map', stream, { server: 5, own: 100 }),
  ];
}

/** @param most µs of Redis beside those of XADD, as a ratio: alone a call of its own beside a hundredth of a batch; and µs of the program */
function results(name: string, compared: Compared, most: Costs): Result[] {
  const common = { unit: 'µs/event', better: 'less', against: 'XADD alone, 100 at once', note: '' } as const;
  const target = (of: Target['of'], bound: number): Target => ({ of, bound });
  return [
    {
      ...common,
      name: `${name}: processor time of Redis`,
      ...costsIn(compared, 'server', 'server'),
      targets: [target('ratio', most.server)],
      note: `${Math.round(compared.value).toLocaleString('en-US')} events/s`,
    },
    {
      ...common,
      name: `${name}: processor time of the program that takes them`,
      ...costsIn(compared, 'own', 'own'),
      targets: [target('value', most.own)],
    },
  ];
}

async function byHttp(context: Context, events: number, each: number): Promise<Sample> {
  await empty(context);
  return await withProgram('door.ts', [context.url, NAMESPACE], async (door) => {
    const port = await door.ask<number>('open');
    await send(port, SENDERS * 4, each);
    return await withCosts(context, door, events, async () => {
      const ms = await timed(() => send(port, events / each, each));
      return (events / ms) * 1_000;
    });
  });
}

async function fromStream(context: Context, events: number): Promise<Sample> {
  await empty(context);
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-bench-'));
  try {
    const file = path.join(dir, 'sources.json');
    const map = { event: 'order.{{ entry.status }}', resource: { id: 'customer.{{ entry.customer }}' } };
    const source = { ...SHOP, type: 'stream', from: 'start', ...map };
    await writeFile(file, JSON.stringify({ sources: [source] }));
    return await withProgram('door.ts', [context.url, NAMESPACE], async (door) => {
      await write(context, WARM);
      await door.ask('read', { file, source: SHOP.name, events: WARM });
      await write(context, events);
      return await withCosts(context, door, events, async () => {
        const ms = await timed(() => door.ask('goOn', { source: SHOP.name, events: WARM + events }));
        return (events / ms) * 1_000;
      });
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Adds entries to the stream of the shop. */
async function write({ redis }: Context, entries: number): Promise<void> {
  const fields = ['status', 'failed', 'customer', '7', 'total', '12', 'currency', 'EUR'];
  for (let sent = 0; sent < entries; sent += WARM) {
    const pipeline = redis.pipeline();
    for (let i = 0; i < WARM; i += 1) pipeline.xadd(SHOP.stream, '*', ...fields);
    await pipeline.exec();
  }
}

async function appended(context: Context, events: number): Promise<Sample> {
  await empty(context);
  const data = JSON.stringify({ ...EVENT, id: '00000000-0000-4000-8000-000000000000' });
  return await withProgram('door.ts', [context.url, NAMESPACE], async (door) =>
    withCosts(context, door, events, async () => {
      const ms = await timed(() => door.ask('append', { events, data }));
      return (events / ms) * 1_000;
    }),
  );
}

/** Posts so many requests, some at a time over connections that are kept. */
async function send(port: number, requests: number, each: number): Promise<void> {
  const body = JSON.stringify(each === 1 ? EVENT : Array(each).fill(EVENT));
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  let left = requests;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await post(agent, port, body);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  agent.destroy();
}

async function post(agent: Agent, port: number, body: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ agent, port, path: '/in/events', method: 'POST', headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 202) resolve();
        else reject(new Error(`the door answered ${response.statusCode}`));
      });
    });
    sent.on('error', reject).end(body);
  });
}
