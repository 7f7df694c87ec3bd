import { expect, test } from 'vitest';
import { engine } from '../support/engine.ts';
import { partitioned } from '../support/partitioned.ts';
import { run, runIn } from './run.ts';

/** No Redis is there for it. */
const OFFLINE = { REDIS_URL: 'redis://127.0.0.1:1' };

test('the partition of each value is printed, without any Redis', async () => {
  const ran = await run(['partition', 'customer.7', 'customer.8', '--partitions', '16'], { env: OFFLINE });
  expect(ran).toEqual({ status: 0, out: ['14', '1'], err: [] });
});

test('as JSON with the stream that a producer adds to', async () => {
  const { out } = await run(['partition', 'customer.7', '--partitions', '16', '-o', 'json', '--namespace', 'shop'], {
    env: OFFLINE,
  });
  expect(JSON.parse(out.join(''))).toEqual([{ key: 'customer.7', partition: 14, stream: '{shop.14}:events' }]);
});

test('how many partitions there are is read in the namespace, where nobody says', async () => {
  const watchfire = await partitioned(2);
  const cli = runIn(watchfire.store.namespace);
  expect(await cli(['partition', 'customer.7', 'customer.8'])).toEqual({ status: 0, out: ['0', '1'], err: [] });
  const { status, err } = await runIn(engine().store.namespace)(['partition', 'customer.7']);
  expect({ status, err }).toEqual({
    status: 2,
    err: ['watchfire: partition: this namespace has no partitions, say how many by --partitions'],
  });
});
