import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Watchfire } from '../../../../src/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

const STREAM = 'shop:orders';

/** Entries of a stranger: none may keep what follows from coming in. */
const HOSTILE: readonly (readonly [id: string, ...fields: string[]])[] = [
  ['1-1', 'order', 'x', 'status', 'placed'],
  ['2-1', 'status', '{% for a in (1..100000000) %}x{% endfor %}', 'order', '{{ entry | json }}'],
  ['3-1', '__proto__', 'x', 'constructor', 'y', 'order', '__proto__', 'status', 'toString'],
  ['4-1', 'order', 'x'.repeat(4_000_000), 'status', 'placed'],
  ['5-1', 'order', '\u0000\u202e', 'status', 'x'.repeat(10_000)],
  ['6-1', 'fed', 'front 1-1', 'firing', 'x'],
  ['7-1', 'id', 'entry-1-0', 'order', 'y', 'status', 'placed'],
  ['8-1', ...Array.from({ length: 40_000 }, (_, i) => `f${i}`)],
  ['9-1', 'order', JSON.stringify(JSON.stringify([[[[[]]]]])), 'status', 'placed'],
  ['18446744073709551610-1', 'order', 'z', 'status', 'placed'],
];

const SOURCE = {
  name: 'shop',
  type: 'stream',
  stream: STREAM,
  from: 'start',
  event: 'order.{{ entry.status }}',
  resource: { id: '{{ entry.order }}' },
};

export const attack: Attack = {
  by: 'writer of a stream that is a source',
  what: 'sends ids that are no times, huge values, templates, names of prototypes and forms of the engine, so that nothing comes in behind them',
  run: async () => {
    const server = await PrivateServer.start();
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-attack-'));
    const watchfire = new Watchfire({ redis: server.url });
    try {
      const file = path.join(dir, 'sources.json');
      await writeFile(file, JSON.stringify({ sources: [SOURCE] }));
      for (const [id, ...fields] of HOSTILE) await server.redis.xadd(STREAM, id, ...fields);
      await server.redis.xadd(STREAM, '18446744073709551611-1', 'order', 'last', 'status', 'paid');
      await watchfire.startWorker();
      await watchfire.startSources({ file });
      await eventually('the last entry is applied', async () =>
        (await watchfire.sources())[0]?.place?.endsWith('611-1'),
      );
      const [known] = await watchfire.sources();
      const all = (known?.events ?? 0) + (known?.letters ?? 0);
      mustHold(`each of ${HOSTILE.length + 1} has an outcome (${all} have)`, all === HOSTILE.length + 1);
      const { connections, store } = watchfire;
      const log = await connections.redis.xrange(store.keys.events, '-', '+');
      const ids = log.map(([id]) => Number.parseInt(id, 10));
      mustHold('ids of the log stay times', Math.max(...ids) < Date.now() + 60_000);
      await eventually('all is applied', async () => (await watchfire.status()).behind === 0);
      const { counters } = await watchfire.status();
      mustHold('nothing is taken for what the engine wrote', (counters.rejected ?? 0) === 0);
      return `${known?.events} became events, ${known?.letters} dead letters`;
    } finally {
      await watchfire.close();
      await server.remove();
      await rm(dir, { recursive: true, force: true });
    }
  },
};
