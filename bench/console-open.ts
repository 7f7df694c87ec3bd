import { pino } from 'pino';
import { type RunningConsole, startConsole } from '../src/cli/console.ts';
import { Watchfire } from '../src/engine.ts';
import { type Drained, drain } from './drain.ts';
import { define, empty, endOf, type Log, logOf, NAMESPACE } from './engine.ts';
import { inPairs } from './measure.ts';
import type { Context, Result } from './result.ts';

/** What is left of the engine's throughput while people look. */
const BOUND = 0.95;

const CONSOLES = 3;

/** What Overview asks for while it is open, and how often, in ms. */
const LOOKS: Readonly<Record<string, number>> = {
  status: 2_000,
  'firings?limit=8': 3_000,
  minutes: 10_000,
  quiet: 10_000,
  'acts?limit=8': 10_000,
  findings: 15_000,
};

const AUTOMATION = {
  id: 'orders',
  name: 'Five failed orders of one customer',
  trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold: 5, within: '1h' },
  actions: [],
};

/** How many events a second Redis' one thread has time for while three consoles are open, one of which backtests, beside none. */
export async function openConsoles(context: Context): Promise<Result> {
  const count = context.short ? 20_000 : 200_000;
  const { value, base, ratio } = await inPairs(
    context.pairs,
    () => throughput(context, count, true),
    () => throughput(context, count, false),
  );
  return {
    name: 'events a second of Redis’ thread, three consoles open, one of them backtesting',
    ...{ value, unit: 'events/s', better: 'more', against: 'no console', base, ratio },
    targets: [{ of: 'ratio', bound: BOUND }],
    note: `by processor time of Redis, its only thread, for ${count.toLocaleString('en-US')} events that are all there: what the consoles ask meanwhile is in it`,
  };
}

async function throughput(context: Context, count: number, open: boolean): Promise<{ value: number }> {
  await empty(context);
  await define(context.redis, [AUTOMATION]);
  const event = (i: number) => ({ event: 'order.failed', resource: { id: `customer.${i % 5_000}` } });
  const before = logOf(2_000, 0, event);
  const log = logOf(count, endOf(before), event);
  if (!open) return await measured(context, before, log);
  const watchfire = new Watchfire({ redis: context.url, namespace: NAMESPACE });
  const settings = { allowChanges: false, token: null, tokenFile: null };
  const consoles: RunningConsole[] = [];
  const stopping = new AbortController();
  try {
    for (let i = 0; i < CONSOLES; i += 1)
      consoles.push(await startConsole(watchfire, '127.0.0.1:0', settings, pino({ level: 'silent' })));
    const looking = Promise.all(consoles.flatMap((one, i) => looksOf(one, i === 0, stopping.signal)));
    const draining = measured(context, before, log).finally(() => stopping.abort());
    const [found] = await Promise.all([draining, looking]);
    return found;
  } finally {
    stopping.abort();
    await Promise.all(consoles.map((one) => one.stop()));
    await watchfire.close();
  }
}

async function measured(context: Context, before: Log, log: Log): Promise<{ value: number }> {
  const { serverUs }: Drained = await drain(context, 1, before, log);
  return { value: 1e6 / serverUs };
}

/** What an open page asks for again and again, as a browser does that waits for each answer. */
function looksOf({ address }: RunningConsole, backtests: boolean, signal: AbortSignal): Promise<void>[] {
  const ask = async (path: string, body?: object): Promise<void> => {
    // A connection that was kept may just be closed by the server when it is used again.
    const headers = { connection: 'close', ...(body && { 'content-type': 'application/json' }) };
    const more = body && { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${address}api/${path}`, { signal, headers, ...more });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };
  const again = async (what: () => Promise<void>, everyMs: number): Promise<void> => {
    while (!signal.aborted) {
      await what().catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      await new Promise((resolve) => setTimeout(resolve, signal.aborted ? 0 : everyMs));
    }
  };
  const draft = { text: JSON.stringify({ ...AUTOMATION, trigger: { ...AUTOMATION.trigger, threshold: 4 } }) };
  return [
    ask('live').catch(() => undefined),
    ...Object.entries(LOOKS).map(([path, everyMs]) => again(() => ask(path), everyMs)),
    ...(backtests ? [again(() => ask('backtests', { ...draft, sinceMs: 3_600_000 }), 1_000)] : []),
  ];
}
