import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { type RunningConsole, startConsole } from '../../../src/cli/console.ts';
import { type AutomationDocument, type SourceItem, Watchfire } from '../../../src/index.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';

export const TOKEN = 'a-token-for-the-console';

/** A name, a label and a payload that would do harm as markup, or read the other way round. */
const HOSTILE = '<img src=x onerror="window.harmed=1"><script>window.harmed=2</script>\u202e{{7*7}}';

/** An engine under load with a console, of which everything is known. */
export type World = Readonly<{
  watchfire: Watchfire;
  console: RunningConsole;
  /** The same, but read-only. */
  looking: RunningConsole;
  load: () => void;
  remove: () => Promise<void>;
}>;

const each = (id: string, name: string, more: object): AutomationDocument =>
  ({ id, name, ...more }) as AutomationDocument;
const queue = (name: string, job: string): object => ({ type: 'queue', queue: name, name: job });

const AUTOMATIONS: readonly AutomationDocument[] = [
  each('failing-customer', 'Five failed orders of one customer', {
    trigger: {
      posture: 'Reactive',
      expect: ['order.failed'],
      for_each: ['id'],
      threshold: 5,
      within: '10m',
      window: 'sliding',
      cooldown: '2m',
    },
    actions: [queue('support', 'call-customer'), { type: 'webhook', url: 'http://127.0.0.1:9/none' }],
  }),
  each('payment-overdue', 'Payment overdue', {
    trigger: { posture: 'Proactive', after: ['order.placed'], expect: ['order.paid'], for_each: ['id'], within: '2h' },
    actions_on_trigger: [queue('billing', 'remind')],
    actions_on_resolve: [queue('billing', 'stop-reminding')],
  }),
  each('stalled-order', 'Nothing heard of an order', {
    trigger: {
      posture: 'Proactive',
      after: ['order.shipped'],
      expect: ['order.delivered'],
      for_each: ['id'],
      within: '2s',
    },
    actions_on_trigger: [queue('support', 'look-into')],
  }),
  each('failing-payments', 'Three failed payments', {
    trigger: {
      posture: 'Reactive',
      expect: ['payment.failed'],
      for_each: ['id'],
      threshold: 3,
      within: '10m',
      resolve: { on: ['payment.succeeded'] },
    },
    actions: [queue('billing', 'review')],
  }),
  each('large-order', 'An order above 900', {
    trigger: { posture: 'Reactive', expect: ['order.priced'], where: 'payload.total > 900' },
    actions: [queue('support', 'thank')],
  }),
  each('hostile', `Hostile ${HOSTILE}`, {
    trigger: { posture: 'Reactive', expect: [`bad.${HOSTILE}`], for_each: ['id'], threshold: 2, within: '1h' },
    actions: [queue('support', 'escape')],
  }),
];

export async function openWorld(): Promise<World> {
  const server = await PrivateServer.start();
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-console-'));
  const targets = path.join(dir, 'targets.json');
  await writeFile(targets, JSON.stringify({ targets: {} }));
  const watchfire = new Watchfire({ redis: server.url, namespace: 'shop' });
  for (const document of AUTOMATIONS) await watchfire.put(document);
  await watchfire.startWorker();
  await watchfire.startActions({ targets });
  await fill(watchfire);
  await watchfire.source('scanner', scanner);
  const silent = pino({ level: 'silent' });
  const settings = { allowChanges: true, token: TOKEN, tokenFile: null, scratch: server.url };
  const console = await startConsole(watchfire, '127.0.0.1:0', settings, silent);
  const looking = await startConsole(
    watchfire,
    '127.0.0.1:0',
    { ...settings, allowChanges: false, token: null },
    silent,
  );
  const stopping = new AbortController();
  let loading: Promise<void> = Promise.resolve();
  return {
    ...{ watchfire, console, looking },
    load: () => {
      loading = keepLoad(watchfire, stopping.signal);
    },
    remove: async () => {
      stopping.abort();
      await loading;
      await Promise.all([console.stop(), looking.stop()]);
      await watchfire.close();
      await server.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A source that has nothing to bring. */
async function* scanner(_position: string | null, signal: AbortSignal): AsyncGenerator<SourceItem> {
  yield { position: '1' };
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Everything that pages show: windows, firings, alerts, silences, letters, deliveries that failed. */
async function fill(watchfire: Watchfire): Promise<void> {
  const send = async (event: string, id: string, payload: Record<string, unknown> = {}, ago = 0): Promise<unknown> =>
    await watchfire.emit({
      event,
      resource: { id, tier: 'gold' },
      payload,
      occurred: new Date(Date.now() - ago).toISOString(),
    });
  for (let i = 0; i < 2; i += 1) await send(`bad.${HOSTILE}`, HOSTILE, { [HOSTILE]: HOSTILE });
  for (let i = 0; i < 60; i += 1) {
    const customer = `customer.${(i * 7) % 11}`;
    await send('order.failed', customer, { total: 10 + i, reason: 'card declined' }, (60 - i) * 9_000);
  }
  for (let i = 0; i < 14; i += 1) await send('order.placed', `order.${100 + i}`, { total: 20 * i }, i * 40_000);
  for (let i = 0; i < 6; i += 1) await send('order.paid', `order.${100 + i}`, {}, 0);
  for (let i = 0; i < 4; i += 1) await send('order.priced', `order.${100 + i}`, { total: `€ ${950 + i}` });
  for (let i = 0; i < 3; i += 1) await send('order.shipped', `order.${100 + i}`);
  for (let i = 0; i < 3; i += 1) for (const one of ['a', 'b']) await send('payment.failed', `customer.${one}`);
  const { redis } = watchfire.connections;
  for (const value of ['no-id', HOSTILE])
    await redis.xadd(watchfire.store.keys.events, '*', 'event', `order.${value}`, 'resource.name', value);
  await watchfire.silence({
    automation: 'failing-payments',
    labels: { id: 'customer.b' },
    for: '2h',
    by: 'Ada',
    reason: `known ${HOSTILE}`,
  });
  await watchfire.silence({ automation: 'stalled-order', for: '3h', by: 'Sam', reason: 'the carrier is on strike' });
  await eventually('all of it is there', async () => {
    const [{ dead, behind, firings }, alerts, failed] = await Promise.all([
      watchfire.status(),
      watchfire.alerts(),
      watchfire.deliveries({ state: 'failed' }),
    ]);
    const counted = (await watchfire.history()).flatMap(({ firings: all }) => Object.values(all));
    const sum = counted.flatMap((words) => Object.values(words)).reduce((all, one) => all + one, 0);
    if (sum !== firings) return false;
    return dead === 2 && behind === 0 && alerts.length >= 5 && failed.length > 0;
  });
}

/**
 * Some events a second of other keys, so that pages are tried while things happen: so few that what was there before is still among the newest
 * thousands, which are looked at, however long all checks take.
 */
async function keepLoad(watchfire: Watchfire, signal: AbortSignal): Promise<void> {
  for (let i = 0; !signal.aborted; i += 1) {
    await watchfire.emit({ event: i % 3 === 0 ? 'page.viewed' : 'item.added', resource: { id: `visitor.${i % 50}` } });
    await pause(200);
  }
}
