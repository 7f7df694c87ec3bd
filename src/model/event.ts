import type { Labels, RelatedResource, Resource } from '../documents/basics.ts';
import type { EventDocument } from '../documents/got.ts';
import { InvalidDocument } from '../errors.ts';
import { plainNumber } from './exact.ts';
import { emptyRecord, isDeeper, isRecord } from './record.ts';
import { fits, isText } from './text.ts';
import { formatTimestamp, numberToMs, parseTimestamp } from './timestamp.ts';

// The limits at the door, rules 1.
export const EVENT_ID_LIMIT = 128;
export const EVENT_NAME_LIMIT = 1024;
export const LABELS_LIMIT = 500;
export const RELATED_LIMIT = 500;
export const DOCUMENT_LIMIT_BYTES = 1_500_000;

/**
 * How deep a payload may nest. Writing JSON recurses, in JavaScript and in the JSON readers of those who take the jobs (a thousand
 * levels is a common limit there); half of that leaves room for the documents a payload is wrapped in.
 */
export const PAYLOAD_DEPTH_LIMIT = 500;

/** How long an event waits at most for the one that it follows (rules 12.2). */
export const FOLLOWER_WAIT_MS = 15 * 60_000;

/** What a state-change event may put around the payload of its triggering event (rules 10): two levels, with room to spare. */
const WRAPPING_DEPTH = 4;

/** A complete event inside the engine (rules 2). `occurred` and `received` are milliseconds since 1970. */
export type Event = {
  id: string;
  event: string;
  resource: Labels;
  related: readonly Labels[];
  occurred: number;
  received: number;
  follows: string | null;
  payload: Record<string, unknown>;
  causeChain: readonly string[];
  /** The span of a trace that it comes from, as W3C writes it; absent of most. It decides nothing. */
  traceparent?: string;
};

/** How an event came: the stream entry that names it when it has no id of its own, and its arrival in milliseconds since 1970. */
export type Arrival = { entryId: string; received: number };

export type { Labels } from '../documents/basics.ts';
export type { EventDocument } from '../documents/got.ts';

const NO_RELATED: readonly Labels[] = Object.freeze([]);
const NO_CHAIN: readonly string[] = Object.freeze([]);

/**
 * Completes an event document from outside (rules 2); unknown keys and a `received` of the sender are ignored. The size in bytes is
 * checked where the text is (intake). Throws InvalidDocument.
 *
 * This runs for every event, in about a microsecond, and is written by hand because the same rules as a zod schema take several
 * times as long. The published schema (event-schema.ts) uses the limits and predicates of this file, and a test holds the two together.
 */
export function parseEvent(document: unknown, arrival: Arrival): Event {
  return readEvent(document, arrival, PAYLOAD_DEPTH_LIMIT);
}

/**
 * Reads an event document written by the engine itself: `received` is taken from the document, and a payload may nest a
 * little deeper, since the engine wraps events it has accepted. Throws InvalidDocument.
 */
export function parseEventDocument(document: unknown, entryId: string): Event {
  const received = isRecord(document) ? timestamp(document.received, 'received') : undefined;
  if (isRecord(document) && received === undefined) throw new InvalidDocument('received', 'is required');
  return readEvent(document, { entryId, received: received ?? 0 }, PAYLOAD_DEPTH_LIMIT + WRAPPING_DEPTH);
}

function readEvent(document: unknown, arrival: Arrival, depthLimit: number): Event {
  if (!isRecord(document)) throw new InvalidDocument('event', 'must be an object', document);
  const { id, follows, payload } = document;
  const name = document.event;
  if (name === undefined) throw new InvalidDocument('event', 'is required');
  if (typeof name !== 'string') throw new InvalidDocument('event', 'must be a string', name);
  if (!fits(name, EVENT_NAME_LIMIT)) {
    throw new InvalidDocument('event', `must have at most ${EVENT_NAME_LIMIT} characters`, name);
  }
  if (!name.isWellFormed()) throw new InvalidDocument('event', 'must be well-formed Unicode', name);
  if (payload !== undefined && !isRecord(payload)) throw new InvalidDocument('payload', 'must be an object', payload);
  if (payload !== undefined && isDeeper(payload, depthLimit)) {
    throw new InvalidDocument('payload', `must not be nested deeper than ${depthLimit} levels`);
  }
  const event: Event = {
    id: identifier(id, 'id') ?? derivedId(arrival.entryId),
    event: name,
    resource: primaryLabels(document.resource),
    related: relatedLabels(document.related),
    occurred: occurrence(document.occurred) ?? arrival.received,
    received: arrival.received,
    follows: identifier(follows, 'follows'),
    payload: payload ?? {},
    causeChain: causeChain(document.cause_chain),
  };
  // One that is wrong is left out: no trace keeps an event from being applied.
  if (isTraceparent(document.traceparent)) event.traceparent = document.traceparent;
  return event;
}

/** Of version 00 or a later one: https://www.w3.org/TR/trace-context/ */
function isTraceparent(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(value);
}

function identifier(value: unknown, path: string): string | null {
  if (value === undefined || value === null) return null;
  if (isText(value, EVENT_ID_LIMIT)) return value;
  const malformed = typeof value === 'string' && !value.isWellFormed();
  throw new InvalidDocument(
    path,
    malformed ? 'must be well-formed Unicode' : `must be a text of 1 to ${EVENT_ID_LIMIT} characters`,
    value,
  );
}

function occurrence(given: unknown): number | undefined {
  const value = plainNumber(given);
  if (typeof value !== 'number') return timestamp(value, 'occurred');
  const ms = numberToMs(value);
  if (ms === undefined) throw new InvalidDocument('occurred', 'must be an ISO timestamp', value);
  return ms;
}

function timestamp(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const ms = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (ms === undefined) throw new InvalidDocument(path, 'must be an ISO timestamp', value);
  return ms;
}

function primaryLabels(value: unknown): Labels {
  if (value === undefined) throw new InvalidDocument('resource', 'is required');
  const labels = copyLabels(value, -1);
  if (!resourceId(labels)) throw new InvalidDocument('resource.id', missing(labels, 'id'));
  return labels;
}

function relatedLabels(value: unknown): readonly Labels[] {
  if (value === undefined) return NO_RELATED;
  if (!Array.isArray(value)) throw new InvalidDocument('related', 'must be a list of resources', value);
  if (value.length === 0) return NO_RELATED;
  if (value.length > RELATED_LIMIT) {
    throw new InvalidDocument('related', `must have at most ${RELATED_LIMIT} entries`, value);
  }
  const related: Labels[] = [];
  for (let i = 0; i < value.length; i += 1) {
    const labels = copyLabels(value[i], i);
    if (!resourceId(labels)) throw new InvalidDocument(`related[${i}].id`, missing(labels, 'id'));
    if (!resourceRole(labels)) throw new InvalidDocument(`related[${i}].role`, missing(labels, 'role'));
    related.push(labels);
  }
  return related;
}

/** Copies and checks the labels of the primary resource (index -1) or of a related one. */
function copyLabels(value: unknown, index: number): Labels {
  if (!isRecord(value)) throw new InvalidDocument(place(index), 'must be an object', value);
  const labels = emptyRecord<string>();
  let count = 0;
  for (const name of Object.keys(value)) {
    const text = value[name];
    if (typeof text !== 'string') throw new InvalidDocument(`${place(index)}.${name}`, 'must be a string', text);
    if (!(text.isWellFormed() && name.isWellFormed())) {
      throw new InvalidDocument(`${place(index)}.${name}`, 'must be well-formed Unicode', text);
    }
    count += 1;
    labels[name] = text;
  }
  if (count > LABELS_LIMIT) throw new InvalidDocument(place(index), `must have at most ${LABELS_LIMIT} labels`, value);
  return labels;
}

function place(index: number): string {
  return index < 0 ? 'resource' : `related[${index}]`;
}

function missing(labels: Labels, name: string): string {
  return labels[name] === undefined && labels[`prefect.resource.${name}`] === undefined
    ? 'is required'
    : 'must not be empty';
}

function causeChain(value: unknown): readonly string[] {
  if (value === undefined) return NO_CHAIN;
  if (!Array.isArray(value)) throw new InvalidDocument('cause_chain', 'must be a list of automation ids', value);
  if (value.length === 0) return NO_CHAIN;
  return value.map((id: unknown, i) => {
    if (typeof id !== 'string') throw new InvalidDocument(`cause_chain[${i}]`, 'must be a string', id);
    if (!id.isWellFormed()) throw new InvalidDocument(`cause_chain[${i}]`, 'must be well-formed Unicode', id);
    return id;
  });
}

/** Nothing happens after it was received (rules 4): the time all windows use. */
export function effectiveTime(event: Pick<Event, 'occurred' | 'received'>): number {
  return Math.min(event.occurred, event.received);
}

/** The complete event as JSON. `parseEventDocument` reads it back to the same event. */
export function eventDocument(event: Event): EventDocument {
  const occurred = formatTimestamp(event.occurred);
  const document: EventDocument = {
    id: event.id,
    event: event.event,
    // Made by parseEvent, which asks for ids and roles.
    resource: event.resource as Resource,
    related: event.related as readonly RelatedResource[],
    occurred,
    follows: event.follows,
    payload: event.payload,
    cause_chain: event.causeChain,
    received: event.received === event.occurred ? occurred : formatTimestamp(event.received),
  };
  if (event.traceparent !== undefined) document.traceparent = event.traceparent;
  return document;
}

/** The id of a resource (rules 2): its label `id`, or `prefect.resource.id` when there is no `id`. */
export function resourceId(labels: Labels): string | undefined {
  return labels.id ?? labels['prefect.resource.id'];
}

/** The role of a related resource: its label `role`, or else `prefect.resource.role`. */
export function resourceRole(labels: Labels): string | undefined {
  return labels.role ?? labels['prefect.resource.role'];
}

/** The name of a resource for people: its label `name`, or else `prefect.resource.name`. */
export function resourceName(labels: Labels): string | undefined {
  return labels.name ?? labels['prefect.resource.name'];
}

/** The id of an event that was sent without one, by the id of its entry. */
export function derivedId(entryId: string): string {
  return `entry-${entryId}`;
}
