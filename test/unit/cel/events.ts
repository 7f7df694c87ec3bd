import { type CelEvent, compileExpression, evaluate, type Result, type Wants } from '../../../src/cel/expression.ts';

/** An event to ask conditions about, with this payload. */
export function celEvent(payload: unknown, other: Partial<CelEvent> = {}): CelEvent {
  return {
    event: 'order.placed',
    id: 'e1',
    resource: { 'prefect.resource.id': 'order.7', region: 'eu' },
    related: [
      { 'prefect.resource.role': 'customer', name: 'Ada' },
      { 'prefect.resource.role': 'order', kind: 'web' },
    ],
    payload,
    occurredMs: Date.UTC(2026, 2, 2, 9, 1, 30, 250),
    receivedMs: Date.UTC(2026, 2, 2, 9, 1, 40),
    ...other,
  };
}

/** What an expression answers about an event with this payload. */
export function ask(text: string, payload: unknown = {}, wants: Wants = 'value'): Result {
  return evaluate(compileExpression(text, wants), celEvent(payload));
}

/** The value of an expression, or `failed: ` and why it has none. */
export function answer(text: string, payload: unknown = {}, wants: Wants = 'value'): unknown {
  const result = ask(text, payload, wants);
  return result.ok ? result.value : `failed: ${result.error}`;
}
