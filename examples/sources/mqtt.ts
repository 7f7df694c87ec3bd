import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { connect, type IPublishPacket } from 'mqtt';
import { type EventInput, type ReadSource, Watchfire } from 'watchfire';

type Waiting = Readonly<{ packet: IPublishPacket; acknowledge: () => void }>;

/** Of `plant/7/temperature` with `{"id": "a1", "at": "2026-11-02T10:00:00Z", "celsius": 71.5}`. */
export function eventOf(topic: string, text: string): EventInput & { id: string } {
  const [, machine = '', quantity = ''] = topic.split('/');
  try {
    const { id = randomUUID(), at, ...payload } = JSON.parse(text);
    return { id, event: `machine.${quantity}`, resource: { id: `machine.${machine}` }, occurred: at, payload };
  } catch {
    return { id: randomUUID(), event: 'machine.unreadable', resource: { id: `machine.${machine}` }, payload: { text } };
  }
}

/** Messages of a filter like `plant/+/+`. The broker keeps the session of `clientId`, and in it what nobody acknowledged. */
export function readTopics(url: string, filter: string, clientId: string): ReadSource {
  return async function* (_position, signal) {
    const client = connect(url, { clientId, clean: false });
    const messages = new PassThrough({ objectMode: true, signal });
    client.on('error', (error) => messages.destroy(error));
    // The client acknowledges a message when this calls back, and hands over the next one then.
    client.handleMessage = (packet, acknowledge) => messages.write({ packet, acknowledge } satisfies Waiting);
    try {
      // Not waited for: what comes again comes first.
      client.subscribe(filter, { qos: 1 }, (error) => error && messages.destroy(error));
      for await (const { packet, acknowledge } of messages as AsyncIterable<Waiting>) {
        const event = eventOf(packet.topic, packet.payload.toString());
        yield { position: event.id, event, taken: () => acknowledge() };
      }
    } finally {
      await client.endAsync(true);
    }
  };
}

if (process.argv[1] === import.meta.filename) {
  const watchfire = new Watchfire({ redis: process.env.REDIS_URL });
  const url = process.env.MQTT_URL ?? 'mqtt://127.0.0.1:1883';
  await watchfire.source('plant', readTopics(url, 'plant/+/+', 'watchfire-plant'));
}
