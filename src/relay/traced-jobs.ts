import { type Context, type Link, SpanKind, trace } from '@opentelemetry/api';
import type { ChildFiringDocument, EventDocument } from '../documents/got.ts';
import { contextBelow, spanContextIn, TRACER, traceparentOf } from '../measure/traceparent.ts';
import { wholeFiring } from '../model/job-events.ts';
import type { QueueJob } from './jobs.ts';

/** Events that a firing names and that a span links to; more are left out. */
const MOST_LINKS = 100;

/**
 * Jobs that go on with the traces of the events they come from, as bullmq-otel has them go on: `opts.telemetry.metadata` names the span that
 * added the job. The others are as they were.
 */
export function tracedJobs(jobs: readonly QueueJob[], nowMs: number): readonly QueueJob[] {
  if (!jobs.some(({ data }) => data.triggering_event?.traceparent !== undefined)) return jobs;
  const firings = new Map<string, Context>();
  return jobs.map((job) => {
    const { traceparent } = job.data.triggering_event ?? {};
    if (spanContextIn(traceparent) === null) return job;
    const { id } = job.data.firing;
    const below = firings.get(id) ?? firingSpan(job, contextBelow(traceparent), nowMs);
    firings.set(id, below);
    const metadata = JSON.stringify({ traceparent: traceparentOf(jobSpan(job, below, nowMs)) });
    return { ...job, opts: { ...job.opts, telemetry: { metadata } } };
  });
}

/** The span of a firing: it lasts from the decision until the jobs are sent, and links to every event that the firing names. */
function firingSpan({ data }: QueueJob, below: Context, nowMs: number): Context {
  const { firing, automation } = data;
  const attributes = {
    'watchfire.automation.id': automation.id,
    'watchfire.firing.id': firing.id,
    'watchfire.firing.state': firing.state,
  };
  const startTime = Math.min(Date.parse(firing.decided), nowMs);
  const span = trace
    .getTracer(TRACER)
    .startSpan('fire', { kind: SpanKind.INTERNAL, startTime, attributes, links: linksOf(data, below) }, below);
  span.end(nowMs);
  return trace.setSpan(below, span);
}

function jobSpan({ queue, name, opts }: QueueJob, below: Context, nowMs: number): Context {
  const attributes = {
    'messaging.system': 'bullmq',
    'messaging.operation.name': 'add',
    'messaging.operation.type': 'send',
    'messaging.destination.name': queue,
    'messaging.message.id': opts.jobId,
    'bullmq.queue.name': queue,
    'bullmq.queue.operation': 'add',
    'bullmq.job.name': name,
    'bullmq.job.id': opts.jobId,
  };
  const options = { kind: SpanKind.PRODUCER, startTime: nowMs, attributes };
  const span = trace.getTracer(TRACER).startSpan(`add ${queue}.${name}`, options, below);
  span.end(nowMs);
  return trace.setSpan(below, span);
}

/** The spans of the other events: those that were collected, and those of the child firings. */
function linksOf(data: QueueJob['data'], below: Context): Link[] {
  const firing = wholeFiring(data);
  const own = trace.getSpanContext(below);
  const events = [firing.triggering_event, ...(firing.triggering_events ?? []), ...eventsIn(firing.triggering_firings)];
  const contexts = events.flatMap((event) => spanContextIn(event?.traceparent) ?? []);
  const others = new Map(contexts.map((context) => [`${context.traceId} ${context.spanId}`, context]));
  others.delete(`${own?.traceId} ${own?.spanId}`);
  return [...others.values()].slice(0, MOST_LINKS).map((context) => ({ context }));
}

function eventsIn(firings: readonly ChildFiringDocument[]): (EventDocument | null)[] {
  return firings.flatMap((one) => [one.triggering_event, ...eventsIn(one.triggering_firings)]);
}
