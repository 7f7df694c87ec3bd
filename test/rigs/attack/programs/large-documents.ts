import { serverCpu } from '../../../../bench/measure.ts';
import { Watchfire } from '../../../../src/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

/** Time of the processor, far above what it takes, far below the minutes that it took. */
const PUT_BOUND_MS = 20_000;
/** The longest that one call may hold up Redis. */
const BLOCK_BOUND_MS = 5_000;

type Document = Parameters<Watchfire['put']>[0];

const each = { posture: 'Reactive', expect: ['x'] };
const many = (count: number): object[] => Array.from({ length: count }, () => each);
const compound = (triggers: object[]): object => ({ type: 'compound', require: 'any', within: 60, triggers });
const nested = (levels: number, width: number): object =>
  levels === 0 ? each : compound([nested(levels - 1, width), ...many(width)]);
const named = (trigger: object, more: object = {}): Document => ({ id: 'a', name: 'a', trigger, ...more }) as Document;
const action = { type: 'queue', queue: 'q' };

/** Documents beyond the limits, and what is said of them. */
const REFUSED: readonly [document: Document, reason: string][] = [
  [named(compound(many(1_000))), 'must have at most 1000 triggers'],
  [named({ ...each, expect: ['a'.repeat(1_025)] }), 'must have at most 1024 characters in a pattern'],
  [
    named({ ...each, match: { id: Array.from({ length: 1_001 }, (_, i) => `${i}`) } }),
    'must have at most 1000 entries',
  ],
  [named({ ...each, for_each: Array.from({ length: 33 }, (_, i) => `${i}`) }), 'must have at most 32 names'],
  [named(each, { actions: Array.from({ length: 1_001 }, () => action) }), 'must have at most 1000 entries'],
  [named(each, { actions: [{ ...action, queue: 'a\nb' }] }), 'must not contain control characters'],
  [named(each, { actions: [{ ...action, opts: { delay: 1e15 } }] }), 'must not be longer than 365 days'],
  [named(each, { actions: [{ ...action, opts: { backoff: 1e15 } }] }), 'must not be longer than 365 days'],
  [named(each, { actions: [{ ...action, opts: { attempts: 1e9 } }] }), 'must be at most 1000'],
  [named(each, { actions: [{ type: 'x', schedule_after: '366d' }] }), 'must not be longer than 365 days'],
  [named(each, { tags: deep(100_000) }), 'must not be nested too deep'],
];

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

/** Time of the processor so far, in ms: of Redis, and of both it and this process, in which a worker runs. */
async function processorMs({ redis }: PrivateServer): Promise<{ redis: number; both: number }> {
  const { user, system } = process.cpuUsage();
  const server = Math.round((await serverCpu(redis)) / 1_000);
  return { redis: server, both: server + Math.round((user + system) / 1_000) };
}

export const attack: Attack = {
  by: 'writer of automations',
  what: 'puts the largest automations there are, to hold up Redis with one event',
  run: async () => {
    const server = await PrivateServer.start({ settings: { 'slowlog-log-slower-than': '10000' } });
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    try {
      for (const [document, reason] of REFUSED) {
        const said = await watchfire.put(document).then(
          () => 'taken',
          (error: Error) => error.message,
        );
        mustHold(`refused with "${reason}" (${said})`, said.includes(reason));
      }
      await watchfire.startWorker();
      const begun = await processorMs(server);
      await watchfire.put(named(compound(many(999))));
      await watchfire.put({ ...named(nested(30, 32)), id: 'b', name: 'b' });
      const put = await processorMs(server);
      const putMs = put.both - begun.both;
      mustHold(`both put within ${PUT_BOUND_MS} ms (${putMs} ms)`, putMs < PUT_BOUND_MS);
      const { id } = await watchfire.emit({ event: 'x', resource: { id: 'r' } });
      await eventually('the event has fired both', async () => {
        const { firings } = await watchfire.firings();
        return ['a', 'b'].every((one) => firings.some(({ firing }) => firing.automation === one));
      });
      const slow = (await server.redis.slowlog('GET', 128)) as [number, number, number][];
      const spentMs = Math.round(Math.max(0, ...slow.map(([, , micros]) => micros)) / 1_000);
      // No call took more of the processor than all of them, however long the machine kept Redis waiting meanwhile.
      const longestMs = Math.min(spentMs, (await processorMs(server)).redis - begun.redis);
      mustHold(`no call longer than ${BLOCK_BOUND_MS} ms (${longestMs} ms)`, longestMs < BLOCK_BOUND_MS);
      return `${REFUSED.length} documents were refused; the largest two were put in ${putMs} ms, event ${id} held up Redis for ${longestMs} ms`;
    } finally {
      await watchfire.close();
      await server.remove();
    }
  },
};
