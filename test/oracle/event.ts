import type { Event, Labels } from '../../src/model/event.ts';
import { decode } from '../../src/model/intake.ts';

/** An object of JSON. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * An event as the oracle applies it. Documents and entries are read by the engine's own parser: that one is proved by its unit tests
 * and the recorded scenarios. What is matched, counted and fired is decided here without the engine's code.
 */
export type ModelEvent = Event & {
  /** The effective time of rules 4. */
  readonly t: number;
  /** Made by the engine itself: it does not move the clock. */
  readonly own: boolean;
};

/** The event in an entry of a sender; the reason when it is refused at the door. */
export function readEntry(id: string, fields: readonly string[]): ModelEvent | { reason: string } {
  const decoded = decode({ id, fields });
  return decoded.kind === 'rejected' ? decoded : modelEvent(decoded.event, false);
}

export function modelEvent(event: Event, own: boolean): ModelEvent {
  return { ...event, t: Math.min(event.occurred, event.received), own };
}

export const label = (labels: Labels, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;

export const roleLabel = (labels: Labels): string | undefined =>
  label(labels, 'role') ?? label(labels, 'prefect.resource.role');
