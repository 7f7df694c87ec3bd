import { SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Worker } from 'bullmq';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { AutomationDocument, Watchfire } from '../../src/index.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { receiver } from '../support/receiver.ts';

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});
beforeEach(() => exporter.reset());
afterAll(() => trace.disable());

/** Of a producer: its trace and span are written with this one letter. */
const sent = (letter: string): string => `00-${letter.repeat(32)}-${letter.repeat(16)}-01`;

const named = (name: string): ReadableSpan | undefined =>
  exporter.getFinishedSpans().find((span) => span.name === name);
const parentOf = (span: ReadableSpan | undefined): string | undefined => span?.parentSpanContext?.spanId;
const textOf = (span: ReadableSpan | undefined): string => {
  const { traceId, spanId } = span?.spanContext() ?? {};
  return `00-${traceId}-${spanId}-01`;
};

const queued = (more: object = {}): AutomationDocument => ({
  id: 'a',
  name: 'a',
  trigger: { posture: 'Reactive', expect: ['x'], ...more },
  actions: [{ type: 'queue', queue: 'q', name: 'n' }],
});

/** What the first job of a queue says to a worker that has bullmq-otel. */
async function taken(watchfire: Watchfire): Promise<{ telemetry: string | undefined }> {
  const seen: { telemetry: string | undefined }[] = [];
  const options = {
    connection: { url: inject('redisUrl') },
    prefix: watchfire.queuePrefix,
  };
  const worker = new Worker('q', async ({ opts }) => void seen.push({ telemetry: opts.telemetry?.metadata }), options);
  onTestFinished(() => worker.close());
  return await eventually('the job is taken', () => seen[0]);
}

describe('a trace', () => {
  test('goes on from the event through its application and its firing into the job', async () => {
    const watchfire = engine();
    await watchfire.put(queued());
    await watchfire.startWorker();
    const { keys } = watchfire.store;
    await watchfire.connections.redis.xadd(
      keys.events,
      '*',
      'event',
      'x',
      'resource.id',
      'r',
      'traceparent',
      sent('a'),
    );
    const { telemetry } = await taken(watchfire);
    const applied = named(`apply ${keys.events}`);
    const of = [applied?.kind, applied?.spanContext().traceId, parentOf(applied)];
    expect(of).toEqual([SpanKind.CONSUMER, 'a'.repeat(32), 'a'.repeat(16)]);
    expect(applied?.attributes).toMatchObject({
      'messaging.operation.type': 'process',
      'watchfire.outcome': 'applied',
    });
    const [fired, added] = [named('fire'), named('add q.n')];
    expect([parentOf(fired), parentOf(added)]).toEqual(['a'.repeat(16), fired?.spanContext().spanId]);
    expect(added?.attributes).toMatchObject({ 'bullmq.queue.name': 'q', 'bullmq.job.name': 'n' });
    expect(JSON.parse(telemetry ?? '')).toEqual({ traceparent: textOf(added) });
  });

  test('links to the other events that a firing names', async () => {
    const watchfire = engine();
    await watchfire.put(queued({ threshold: 2, within: '1h', collect: 2 }));
    await watchfire.startWorker();
    for (const traceparent of [sent('b'), sent('a')])
      await watchfire.emit({ event: 'x', resource: { id: 'r' }, traceparent });
    const fired = await eventually('it has fired', () => named('fire'));
    expect(fired.spanContext().traceId).toBe('a'.repeat(32));
    expect(fired.links.map(({ context }) => context.traceId)).toEqual(['b'.repeat(32)]);
  });

  test('goes on to the receiver of a webhook, and into the event of an action', async () => {
    const { url, received } = await receiver();
    const watchfire = engine();
    const actions = [
      { type: 'webhook', url: `${url}/hook` },
      { type: 'event', event: 'y', resource: { id: 'r' } },
    ] as const;
    await watchfire.put({ ...queued(), actions: [...actions] });
    await watchfire.startWorker();
    await watchfire.startActions({ allowNet: ['127.0.0.1'] });
    await watchfire.emit({ specversion: '1.0', id: '1', source: '/s', type: 'x', traceparent: sent('a') });
    await eventually('it has arrived', () => received.length === 1);
    const tried = await eventually('both tries have ended', () => {
      const spans = exporter.getFinishedSpans().filter(({ name }) => name === 'process deliveries');
      return spans.length === 2 ? spans : null;
    });
    const [hook, event] = ['webhook', 'event'].map((type) => {
      return tried.find(({ attributes }) => attributes['bullmq.job.name'] === type);
    });
    expect(parentOf(hook)).toBe(named('add deliveries.webhook')?.spanContext().spanId);
    expect(received[0]?.headers.traceparent).toBe(textOf(hook));
    const { events } = watchfire.store.keys;
    const second = await eventually('the event is applied', () => {
      return exporter.getFinishedSpans().filter(({ name }) => name === `apply ${events}`)[1];
    });
    expect(parentOf(second)).toBe(event?.spanContext().spanId);
  });

  test('that is none, or missing, leaves no trace and keeps no event from being applied', async () => {
    const watchfire = engine();
    await watchfire.put(queued());
    await watchfire.startWorker();
    await watchfire.emit({ event: 'x', resource: { id: 'r' }, traceparent: 'none' });
    expect((await taken(watchfire)).telemetry).toBeUndefined();
    const scopes = exporter.getFinishedSpans().map(({ instrumentationScope: { name } }) => name);
    expect(scopes).not.toContain('watchfire');
  });
});
