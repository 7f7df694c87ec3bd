import test, { after } from 'node:test';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readsOnce } from './story.ts';

const servers = process.env.NATS_URL ?? '127.0.0.1:4222';
const connection = await connect({ servers });
await (await jetstreamManager(connection)).streams.add({ name: 'ORDERS', subjects: ['orders.>'] });
const stream = jetstream(connection);

after(async () => await connection.close());

test('NATS: a program goes on behind the message that it read last', async () => {
  await readsOnce({
    program: 'nats.ts',
    env: { NATS_URL: servers },
    events: 'order.failed',
    send: async (first, last) => {
      for (let n = first; n <= last; n += 1) await stream.publish(`orders.${n % 3}.failed`, JSON.stringify({ n }));
    },
    unreadable: {
      send: async () => void (await stream.publish('orders.7.failed', 'what?')),
      event: 'order.unreadable',
    },
  });
});
