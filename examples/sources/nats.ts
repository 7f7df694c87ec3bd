import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type EventInput, type ReadSource, Watchfire } from 'watchfire';

/** Of the subject `orders.7.failed` with `{"at": "2026-11-02T10:00:00Z", "total": 12}`. */
export function eventOf(subject: string, text: string): EventInput {
  const [, customer = '', status = ''] = subject.split('.');
  const resource = { id: `customer.${customer}` };
  try {
    const { at, ...payload } = JSON.parse(text);
    return { event: `order.${status}`, resource, occurred: at, payload };
  } catch {
    return { event: 'order.unreadable', resource, payload: { text } };
  }
}

/** A stream of JetStream. The position is the number of the message in it. */
export function readStream(servers: string, stream: string): ReadSource {
  return async function* (position, signal) {
    const connection = await connect({ servers });
    try {
      const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Number(position ?? 0) + 1 };
      // An ordered consumer lives as long as this program reads, and acknowledges nothing.
      const consumer = await jetstream(connection).consumers.get(stream, start);
      const messages = await consumer.consume({ max_messages: 500 });
      signal.addEventListener('abort', () => messages.stop(), { once: true });
      for await (const message of messages) {
        const { seq, subject } = message;
        yield { position: String(seq), event: { id: `${stream}:${seq}`, ...eventOf(subject, message.string()) } };
      }
    } finally {
      await connection.close();
    }
  };
}

if (process.argv[1] === import.meta.filename) {
  const watchfire = new Watchfire({ redis: process.env.REDIS_URL });
  await watchfire.source('orders', readStream(process.env.NATS_URL ?? '127.0.0.1:4222', 'ORDERS'));
}
