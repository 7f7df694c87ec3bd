import { pino } from 'pino';
import { type RunningConsole, startConsole } from '../src/cli/console.ts';
import { Watchfire } from '../src/engine.ts';
import { openConsoles } from './console-open.ts';
import { drain } from './drain.ts';
import { define, empty, endOf, type Log, logOf, NAMESPACE } from './engine.ts';
import { inPairs, median, type Sample, serverCpu } from './measure.ts';
import type { Context, Result } from './result.ts';

/** What a page may cost, in ms of a processor. */
const BOUND_MS = 300;

/** What each page asks for when it is opened; `FIRING` and `ENTRY` stand for the newest ones. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  Overview: ['status', 'minutes', 'firings?limit=8', 'findings', 'quiet', 'acts?limit=8'],
  Automations: ['automations?limit=100'],
  'an automation with its windows': ['automations/orders', 'automations/orders/lanes?limit=60'],
  Firings: ['firings?limit=100'],
  'a firing with its why': ['firings/FIRING'],
  Events: ['events?limit=100'],
  'an event': ['events/ENTRY'],
  Alerts: ['alerts', 'silences'],
  'Dead letters': ['letters'],
  Deliveries: ['deliveries/groups'],
  Queues: ['queues'],
};

/** A small engine, beside which a large one costs what it costs. */
const SMALL = { windows: 100, firings: 100 };

const DOCUMENTS = [
  {
    id: 'orders',
    name: 'Orders without payment',
    trigger: { posture: 'Proactive', after: ['order.placed'], expect: ['order.paid'], for_each: ['id'], within: '12h' },
    actions: [],
  },
  {
    id: 'failures',
    name: 'Failures',
    trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], within: '1h' },
    actions: [],
  },
];

/** What each page of the console costs Node and Redis, with nothing kept from before: time of the processor, whatever else the machine does. */
export async function run(context: Context): Promise<Result[]> {
  const large = context.short ? { windows: 10_000, firings: 1_000 } : { windows: 100_000, firings: 10_000 };
  const found = new Map<string, { large: number[]; small: number[] }>();
  await inPairs(
    context.pairs,
    () => pagesOf(context, large, (name, ms) => entryOf(found, name).large.push(ms)),
    () => pagesOf(context, SMALL, (name, ms) => entryOf(found, name).small.push(ms)),
  );
  const pages = Object.keys(PAGES).map((name) => resultOf(name, entryOf(found, name), large));
  return [...pages, await openConsoles(context)];
}

type Found = { large: number[]; small: number[] };

function entryOf(found: Map<string, Found>, name: string): Found {
  const known = found.get(name) ?? { large: [], small: [] };
  found.set(name, known);
  return known;
}

function resultOf(name: string, { large, small }: Found, size: typeof SMALL): Result {
  const [value, base] = [median(large), median(small)];
  const many = `${size.windows.toLocaleString('en-US')} open windows and ${size.firings.toLocaleString('en-US')} firings`;
  return {
    name: `the console's page ${name}, ${many}`,
    ...{ value, unit: 'ms', better: 'less', against: '100 windows and 100 firings', base, ratio: value / base },
    targets: [{ of: 'value', bound: BOUND_MS }],
    fragile: true,
    note: 'processor time of Node and of Redis for all requests of the page, compiled, with no answer kept from before',
  };
}

/** Fills an engine and opens each page. @returns the slowest one */
async function pagesOf(
  context: Context,
  size: typeof SMALL,
  tell: (page: string, ms: number) => void,
): Promise<Sample> {
  await empty(context);
  await define(context.redis, DOCUMENTS);
  const before = logOf(10, 0, (i) => ({ event: 'page.viewed', resource: { id: `p${i}` } }));
  const log: Log = logOf(size.windows + size.firings, endOf(before), (i) => {
    const [event, id] = i < size.windows ? ['order.placed', `order.${i}`] : ['order.failed', `customer.${i % 1_000}`];
    return { event, resource: { id } };
  });
  await drain(context, 1, before, log);
  const watchfire = new Watchfire({ redis: context.url, namespace: NAMESPACE });
  const settings = { allowChanges: false, token: null, tokenFile: null };
  let slowest = 0;
  try {
    const { firings } = await watchfire.firings({ limit: 1 });
    const { events } = await watchfire.events({ limit: 1 });
    // Each page has a console of its own, which has kept no answer.
    const costOf = async (paths: readonly string[]): Promise<number> => {
      const console = await startConsole(watchfire, '127.0.0.1:0', settings, pino({ level: 'silent' }));
      const [server, own] = [await serverCpu(context.redis), process.cpuUsage()];
      for (const path of paths) await asked(console, path, firings[0]?.firing.id ?? '', events[0]?.entry ?? '');
      const spent = process.cpuUsage(own);
      const ms = ((await serverCpu(context.redis)) - server + spent.user + spent.system) / 1_000;
      await console.stop();
      return ms;
    };
    // The first time, most of it is Node that compiles.
    for (const paths of Object.values(PAGES)) await costOf(paths);
    for (const [name, paths] of Object.entries(PAGES)) {
      const ms = await costOf(paths);
      tell(name, ms);
      slowest = Math.max(slowest, ms);
    }
  } finally {
    await watchfire.close();
  }
  return { value: slowest, note: '' };
}

async function asked({ address }: RunningConsole, path: string, firing: string, entry: string): Promise<void> {
  const response = await fetch(`${address}api/${path.replace('FIRING', firing).replace('ENTRY', entry)}`);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
