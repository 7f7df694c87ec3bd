import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Kafka, type KafkaMessage } from 'kafkajs';
import { type EventInput, type ReadSource, Watchfire } from 'watchfire';

type Fetched = Readonly<{ partition: number; message: KafkaMessage }>;

/** Of a message with the customer as its key and `{"status": "failed", "at": "2026-11-02T10:00:00Z", "total": 12}`. */
export function eventOf(key: string, text: string): EventInput {
  const resource = { id: `customer.${key}` };
  try {
    const { status, at, ...payload } = JSON.parse(text);
    return { event: `order.${status}`, resource, occurred: at, payload };
  } catch {
    return { event: 'order.unreadable', resource, payload: { text } };
  }
}

/** All partitions of a topic. The position is the offset of each that was read last. */
export function readTopic(kafka: Kafka, topic: string): ReadSource {
  return async function* (position, signal) {
    const read = new Map<number, string>(JSON.parse(position ?? '[]'));
    // A group of its own: each reader has all partitions, and nothing is committed, since Watchfire keeps the place.
    const consumer = kafka.consumer({ groupId: `watchfire-${randomUUID()}` });
    const messages = new PassThrough({ objectMode: true, signal });
    consumer.on('consumer.crash', ({ payload }) => messages.destroy(payload.error));
    consumer.on('consumer.group_join', () => {
      for (const [partition, offset] of read) consumer.seek({ topic, partition, offset: String(BigInt(offset) + 1n) });
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          if (!messages.write({ partition, message } satisfies Fetched)) await once(messages, 'drain', { signal });
        },
      });
      for await (const { partition, message } of messages as AsyncIterable<Fetched>) {
        // What was fetched before the consumer stood where it should.
        if (BigInt(message.offset) <= BigInt(read.get(partition) ?? -1)) continue;
        read.set(partition, message.offset);
        const id = `${topic}:${partition}:${message.offset}`;
        const event = { id, ...eventOf(String(message.key ?? 'unknown'), String(message.value ?? '')) };
        yield { position: JSON.stringify([...read]), event };
      }
    } finally {
      await consumer.disconnect();
    }
  };
}

if (process.argv[1] === import.meta.filename) {
  const watchfire = new Watchfire({ redis: process.env.REDIS_URL });
  const brokers = (process.env.KAFKA_BROKERS ?? '127.0.0.1:9092').split(',');
  await watchfire.source('orders', readTopic(new Kafka({ clientId: 'watchfire', brokers }), 'orders'));
}
