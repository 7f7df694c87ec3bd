import { type Context, isSpanContextValid, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';

/*
 * Traces as W3C writes them in one text, `traceparent`: https://www.w3.org/TR/trace-context/. It is read and written here, and not by a
 * propagator, so that it goes on through programs that have no SDK.
 */

const FORM = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Name of the tracer, under which SDKs know these spans. */
export const TRACER = 'watchfire';

/** The span that a text names; null for what is none. */
export function spanContextIn(text: unknown): SpanContext | null {
  if (typeof text !== 'string') return null;
  const [, traceId = '', spanId = '', flags = ''] = FORM.exec(text) ?? [];
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(found) ? found : null;
}

/** What begins below the span that a text names; at the root for what is none. */
export function contextBelow(text: unknown): Context {
  const found = spanContextIn(text);
  return found === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, found);
}

/** The span of a context as text; null where it has none. */
export function traceparentOf(context: Context): string | null {
  const found = trace.getSpanContext(context);
  if (found === undefined || !isSpanContextValid(found)) return null;
  const flags = found.traceFlags.toString(16).padStart(2, '0');
  return `00-${found.traceId}-${found.spanId}-${flags}`;
}
