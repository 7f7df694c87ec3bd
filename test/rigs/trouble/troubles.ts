import type { EventInput } from '../../../src/index.ts';
import { eventually } from '../../support/eventually.ts';
import type { Dice } from '../fuzz/dice.ts';
import { openShop, type Shop, type ShopPlan, SOUND } from './shop.ts';

/**
 * A trouble that is there. `cause`: in a sentence. `place`: where what needs attention leads; null where Overview itself tells of it. `words`: what
 * has to stand there.
 */
export type Staged = Readonly<{ shop: Shop; cause: string; place: string | null; words: RegExp }>;

export type Trouble = Readonly<{ name: string; stage: (dice: Dice) => Promise<Staged> }>;

type Told = Omit<Staged, 'shop'>;

/** Opens a shop that differs by a plan, has something done in it, and waits until it has come of it. */
async function staged(
  told: Told,
  plan: Partial<ShopPlan>,
  act: (shop: Shop) => Promise<unknown> = async () => undefined,
): Promise<Staged> {
  const shop = await openShop({ ...SOUND, ...plan });
  try {
    await act(shop);
    return { ...told, shop };
  } catch (error) {
    await shop.stop();
    throw error;
  }
}

const renamed =
  (from: string, to: string) =>
  (document: { trigger: object }): object =>
    JSON.parse(JSON.stringify(document).replaceAll(`"${from}"`, `"${to}"`)) as object;

const misspelt: Trouble = {
  name: 'misspelt',
  stage: async (dice) => {
    const [id, right, wrong] = dice.pick<readonly [string, string, string]>([
      ['failing-orders', 'order.failed', 'order.faild'],
      ['break-in', 'login.failed', 'login.fialed'],
      ['returns', 'order.returned', 'order.retuned'],
    ]);
    return await staged(
      {
        cause: `${id} expects ${wrong}, which no event is called: they are called ${right}`,
        place: `automations/${id}`,
        words: new RegExp(wrong.replace('.', '\\.')),
      },
      { documents: { [id]: renamed(right, wrong) } },
    );
  },
};

const receiverDown: Trouble = {
  name: 'receiver-down',
  stage: async () =>
    await staged(
      {
        cause: 'the receiver of messages for people on duty is down: its address refuses connections',
        place: 'failures/deliveries',
        words: /ECONNREFUSED|refused/,
      },
      { receiver: false },
      async ({ watchfire }) => {
        await eventually(
          'a delivery has failed for good',
          async () => (await watchfire.deliveries({ state: 'failed' })).length > 0,
        );
      },
    ),
};

const noWorker: Trouble = {
  name: 'no-worker',
  stage: async () =>
    await staged(
      { cause: 'no worker runs: events wait in the log', place: null, words: /No worker is alive/ },
      {},
      async ({ engine, watchfire }) => {
        await engine.close();
        await eventually('events wait', async () => ((await watchfire.status()).behind ?? 0) > 50);
      },
    ),
};

const idleQueue: Trouble = {
  name: 'idle-queue',
  stage: async (dice) => {
    const [queue, jobs] = dice.pick<readonly [string, number]>([
      ['support', 5],
      ['billing', 5],
      ['operations', 1],
      ['sales', 1],
    ]);
    // A till that says nothing any more gives operations something to do.
    const quiet = queue === 'operations' ? { tills: 4 } : {};
    return await staged(
      {
        cause: `nobody takes the jobs of the queue ${queue}: its BullMQ worker does not run`,
        place: 'queues',
        words: new RegExp(`${queue} no BullMQ worker`),
      },
      { idle: new Set([queue]), ...quiet },
      async ({ watchfire }) => {
        await eventually(
          'jobs wait',
          async () => ((await watchfire.queueDepths([queue])).get(queue)?.waiting ?? 0) >= jobs,
        );
      },
    );
  },
};

/** What one producer sends wrong. */
function spoilt(events: readonly EventInput[], name: string, spoil: (one: EventInput) => EventInput): EventInput[] {
  return events.map((one) => (one.event === name ? spoil(one) : one));
}

const deadLetters: Trouble = {
  name: 'dead-letters',
  stage: async (dice) => {
    const [name, producer] = dice.pick<readonly [string, string]>([
      ['order.failed', 'payments 2.1'],
      ['order.returned', 'returns 0.9'],
    ]);
    return await staged(
      {
        cause: `the producer "${producer}" sends ${name} without resource.id: each becomes a dead letter`,
        place: 'failures/letters',
        words: new RegExp(`resource\\.id[\\s\\S]*${producer}`),
      },
      {
        raw: {
          [name]: ({ payload }) => [
            'resource.name',
            'none',
            'payload.producer',
            producer,
            'payload.of',
            JSON.stringify(payload),
          ],
        },
      },
      async ({ watchfire }) => {
        await eventually('there are some', async () => (await watchfire.status()).dead > 3);
      },
    );
  },
};

const sourceBehind: Trouble = {
  name: 'source-behind',
  stage: async () =>
    await staged(
      {
        cause: 'the source "tills" was paused: signs of tills do not come in, and the absence of a sign waits for it',
        place: null,
        words: /source tills is paused/,
      },
      {},
      async ({ engine, watchfire }) => {
        await engine.pauseSource('tills');
        await eventually('it is behind', async () => {
          const [source] = (await watchfire.status()).sources;
          return source?.pausedMs;
        });
      },
    ),
};

const switchedOff: Trouble = {
  name: 'switched-off',
  stage: async (dice) => {
    const id = dice.pick(['failing-orders', 'large-order', 'break-in', 'returns']);
    const own = `automations/${id}`;
    const silence = { automation: id, for: '12h', by: 'Sam', reason: 'too loud today' };
    const [how, act, place, words] = dice.pick<readonly [string, (shop: Shop) => Promise<unknown>, string, RegExp]>([
      ['disabled', ({ watchfire }) => watchfire.disable(id), own, /Disabled/],
      ['silenced for 12 hours by Sam', ({ watchfire }) => watchfire.silence(silence), 'alerts', /by Sam/],
      ['put in shadow mode', ({ watchfire }) => watchfire.setMode(id, 'shadow'), own, /Shadow/],
    ]);
    return await staged({ cause: `${id} was ${how}`, place, words }, {}, act);
  },
};

const coolsLong: Trouble = {
  name: 'cools-long',
  stage: async (dice) => {
    const id = dice.pick(['failing-orders', 'break-in', 'returns']);
    return await staged(
      {
        cause: `${id} has a cooldown of a day: each of its keys fired once, and keeps quiet since`,
        place: `automations/${id}`,
        words: /quiet for 1d[\s\S]*cooling/,
      },
      {
        documents: {
          [id]: (document) => ({ ...document, trigger: { ...document.trigger, cooldown: '24h' } }),
        },
      },
    );
  },
};

const HOURS_MS = 2 * 3_600_000;

const wrongClock: Trouble = {
  name: 'wrong-clock',
  stage: async (dice) => {
    const [name, id] = dice.pick<readonly [string, string]>([
      ['order.failed', 'failing-orders'],
      ['login.failed', 'break-in'],
      ['order.returned', 'returns'],
    ]);
    let n = 0;
    return await staged(
      {
        cause: `the producer of ${name} has a wrong clock: its events are dated two hours back, too late for any window of ${id}`,
        place: `automations/${id}`,
        words: /\d late/,
      },
      {
        // Now and then one comes in time, from another machine: the window that it opens takes no older event. Three, five or nine keys take
        // turns: with every fourth event each of them gets both kinds.
        events: (events) =>
          spoilt(events, name, (one) => {
            n += 1;
            return n % 4 === 0 ? one : { ...one, occurred: new Date(Date.now() - HOURS_MS).toISOString() };
          }),
      },
    );
  },
};

const otherShape: Trouble = {
  name: 'other-shape',
  stage: async () =>
    await staged(
      {
        cause:
          'orders have their total as a text now, "€ 12": the condition payload.total > 900 of large-order cannot be answered',
        place: 'automations/large-order',
        words: /could not answer[\s\S]*payload\.total is "€ \d/,
      },
      {
        events: (events) =>
          spoilt(events, 'order.placed', (one) => ({
            ...one,
            payload: { ...(one.payload as object), total: `€ ${String((one.payload as { total?: number })?.total)}` },
          })),
      },
    ),
};

/** What may be wrong, each found from the console alone. */
export const TROUBLES: readonly Trouble[] = [
  misspelt,
  receiverDown,
  noWorker,
  idleQueue,
  deadLetters,
  sourceBehind,
  switchedOff,
  coolsLong,
  wrongClock,
  otherShape,
];

/** Overview tells of nothing but faults of this Redis, if it has any. */
const SOUND_WORDS =
  /Needs attention (?:All is well|Nothing stops reactions)(?:(?!Warning|Bad|Keeps).)*(?:About the server Warning known faults(?:(?!Warning|Bad|Keeps).)*)? Workers/;

/** A shop in which nothing is wrong. */
export const NOTHING: Trouble = {
  name: 'nothing',
  stage: async () => await staged({ cause: 'nothing is wrong', place: null, words: SOUND_WORDS }, {}),
};
