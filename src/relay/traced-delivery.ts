import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Job } from 'bullmq';
import { contextBelow, TRACER, traceparentOf } from '../measure/traceparent.ts';
import { DELIVERIES } from '../model/action.ts';
import { isRecord } from '../model/record.ts';

/** The trace of a try: what a receiver is given as `traceparent`, null without one, and how it ends. */
export type TracedTry = Readonly<{ traceparent: string | null; end: (error?: unknown) => void }>;

/** Goes on with the trace of a job, as bullmq-otel does: a span for this try. */
export function traceTry(job: Pick<Job, 'id' | 'name' | 'opts' | 'attemptsMade'>): TracedTry {
  const parent = contextBelow(traceparentIn(job.opts.telemetry?.metadata));
  if (traceparentOf(parent) === null) return { traceparent: null, end: () => undefined };
  const attributes = {
    'messaging.system': 'bullmq',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': DELIVERIES,
    'messaging.message.id': job.id ?? '',
    'bullmq.queue.name': DELIVERIES,
    'bullmq.queue.operation': 'process',
    'bullmq.job.name': job.name,
    'bullmq.job.id': job.id ?? '',
    'bullmq.job.attempts.made': job.attemptsMade,
  };
  const span = trace
    .getTracer(TRACER)
    .startSpan(`process ${DELIVERIES}`, { kind: SpanKind.CONSUMER, attributes }, parent);
  return { traceparent: traceparentOf(trace.setSpan(parent, span)), end: (error) => end(span, error) };
}

function end(span: Span, error: unknown): void {
  // No text of it: it may hold what nobody may see.
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** What bullmq-otel wrote there: a carrier as JSON. */
function traceparentIn(metadata: unknown): unknown {
  if (typeof metadata !== 'string') return null;
  try {
    const carrier: unknown = JSON.parse(metadata);
    return isRecord(carrier) ? carrier.traceparent : null;
  } catch {
    return null;
  }
}
