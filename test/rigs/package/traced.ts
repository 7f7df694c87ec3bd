import type { Program } from '../../package/programs.ts';

/** What the program below needs beside the package: BullMQ 6, and the tools of OpenTelemetry. */
export const TRACED_NEEDS: readonly string[] = [
  'bullmq@^6.7.0',
  'ioredis@^6.0.0',
  'bullmq-otel@2.0.1',
  '@opentelemetry/sdk-trace@3.1.1',
  '@opentelemetry/core@3.1.1',
];

const TRACE = 'a'.repeat(32);

/** What it prints. */
export const TRACED_SAYS = { trace: TRACE, follows: true };

/** A program with an SDK of OpenTelemetry, and a worker of its own that has bullmq-otel: whether the trace of an event goes on there. */
export const TRACED: Program = {
  name: 'traced.mjs',
  text: `
import { propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Worker } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { Redis } from 'ioredis';
import { Watchfire } from 'watchfire';

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const redis = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: null });
const watchfire = new Watchfire({ redis: process.env.REDIS_URL, namespace: process.env.NAMESPACE });
const trigger = { posture: 'Reactive', expect: ['x'] };
await watchfire.put({ id: 'a', name: 'A', trigger, actions: [{ type: 'queue', queue: 'shop', name: 'n' }] });
await watchfire.startWorker();
const telemetry = new BullMQOtel({ tracerName: 'shop' });
const worker = new Worker('shop', async () => 'done', { connection: redis, prefix: watchfire.queuePrefix, telemetry });
await watchfire.emit({ event: 'x', resource: { id: 'r' }, traceparent: '00-${TRACE}-${'b'.repeat(16)}-01' });
const named = (name) => exporter.getFinishedSpans().find((span) => span.name === name);
while (!named('process shop')) await new Promise((resolve) => setTimeout(resolve, 10));
await worker.close();
await watchfire.close();
redis.disconnect();
const [added, processed] = [named('add shop.n'), named('process shop')];
const follows = processed.parentSpanContext.spanId === added.spanContext().spanId;
console.log(JSON.stringify({ trace: processed.spanContext().traceId, follows }));
`,
};
