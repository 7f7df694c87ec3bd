import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test, { after } from 'node:test';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { readsOnce } from './story.ts';

const broker = await Aedes.createBroker();
const server = createServer(broker.handle).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
const client = await connectAsync(url);

after(async () => {
  await client.endAsync(true);
  broker.close();
  server.close();
});

const publish = async (machine: string, text: string): Promise<void> => {
  await client.publishAsync(`plant/${machine}/temperature`, text, { qos: 1 });
};

test('MQTT: what a program did not acknowledge comes again', async () => {
  await readsOnce({
    program: 'mqtt.ts',
    env: { MQTT_URL: url },
    events: 'machine.temperature',
    met: () => once(broker, 'subscribe'),
    send: async (first, last) => {
      for (let n = first; n <= last; n += 1) await publish(String(n % 3), JSON.stringify({ id: `m-${n}`, n }));
    },
    unreadable: { send: () => publish('7', 'warm'), event: 'machine.unreadable' },
  });
});
