import test, { after } from 'node:test';
import { Kafka } from 'kafkajs';
import { readsOnce } from './story.ts';

const brokers = process.env.KAFKA_BROKERS ?? '127.0.0.1:9092';
const kafka = new Kafka({ clientId: 'test', brokers: brokers.split(',') });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 3, replicationFactor: 1 }] });
await admin.disconnect();
const producer = kafka.producer();
await producer.connect();

after(async () => await producer.disconnect());

const publish = async (key: string, value: string): Promise<void> => {
  await producer.send({ topic: 'orders', messages: [{ key, value }] });
};

test('Kafka: a program goes on behind the offset that it read last of each partition', async () => {
  await readsOnce({
    program: 'kafka.ts',
    env: { KAFKA_BROKERS: brokers },
    events: 'order.failed',
    send: async (first, last) => {
      for (let n = first; n <= last; n += 1) await publish(String(n % 7), JSON.stringify({ status: 'failed', n }));
    },
    unreadable: { send: () => publish('1', 'what?'), event: 'order.unreadable' },
  });
});
