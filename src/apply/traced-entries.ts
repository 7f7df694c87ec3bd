import { SpanKind, trace } from '@opentelemetry/api';
import { contextBelow, TRACER } from '../measure/traceparent.ts';
import { ENGINE_GROUP } from '../redis/keys.ts';
import type { EventEntry } from '../redis/wire.ts';

/** An event that was sent with a trace, and what became of it. Times in ms by the clock of this process. */
export type TracedEntry = Readonly<{
  entry: EventEntry;
  outcome: string;
  stream: string;
  fromMs: number;
  toMs: number;
}>;

/** Goes on with the trace of an event: a span for the call that applied it. */
export function traceEntry({ entry, outcome, stream, fromMs, toMs }: TracedEntry): void {
  const attributes = {
    'messaging.system': 'watchfire',
    'messaging.operation.name': 'apply',
    'messaging.operation.type': 'process',
    'messaging.destination.name': stream,
    'messaging.consumer.group.name': ENGINE_GROUP,
    'messaging.message.id': entry.id,
    'watchfire.entry': entry.entry,
    'watchfire.outcome': outcome,
  };
  const options = { kind: SpanKind.CONSUMER, startTime: fromMs, attributes };
  trace.getTracer(TRACER).startSpan(`apply ${stream}`, options, contextBelow(entry.trace)).end(toMs);
}
