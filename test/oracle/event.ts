import { readTimestamp } from './duration.ts';
import { isObject, isTexts, type Json, refuse } from './refusal.ts';

export type Labels = Readonly<Record<string, string>>;

/** A complete event. Times are milliseconds since 1970; `t` is the effective time of rules 4. */
export type ModelEvent = {
  readonly id: string;
  readonly name: string;
  readonly resource: Labels;
  readonly related: readonly Labels[];
  readonly occurred: number;
  readonly received: number;
  readonly t: number;
  readonly follows: string | null;
  readonly payload: Json;
  readonly chain: readonly string[];
  /** Made by the engine itself: it does not move the clock. */
  readonly own: boolean;
};

const LONGEST_ID = 128;
const LONGEST_NAME = 1024;
const MOST_LABELS = 500;
const MOST_RELATED = 100;
const MOST_BYTES = 1_500_000;

const length = (text: string): number => Array.from(text).length;
const own = (labels: Labels, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;

export const label = own;
export const idLabel = (labels: Labels): string | undefined => own(labels, 'id') ?? own(labels, 'prefect.resource.id');
export const roleLabel = (labels: Labels): string | undefined =>
  own(labels, 'role') ?? own(labels, 'prefect.resource.role');

/** Rules 2. Throws a `Refusal` for what is turned away at the door. */
export function readEvent(document: unknown, received: number, entryId: string): ModelEvent {
  if (!isObject(document)) return refuse('event', 'must be an object');
  // Reading: the size of a document is that of its JSON text in UTF-8; its path is `event`.
  if (Buffer.byteLength(JSON.stringify(document)) > MOST_BYTES) refuse('event', `must not exceed ${MOST_BYTES} bytes`);
  const occurred = readOccurred(document.occurred, received);
  return {
    id: readId('id', document.id) ?? `entry-${entryId}`,
    name: readName(document.event),
    resource: readResource('resource', document.resource),
    related: readRelated(document.related),
    occurred,
    received,
    t: Math.min(occurred, received),
    follows: readId('follows', document.follows),
    payload: readPayload(document.payload),
    chain: readChain(document.cause_chain),
    own: false,
  };
}

// Reading: "characters" are code points wherever a limit counts them.
function readId(path: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value !== '' && length(value) <= LONGEST_ID) return value;
  return refuse(path, `must be a text of 1 to ${LONGEST_ID} characters`);
}

function readName(value: unknown): string {
  if (value === undefined) return refuse('event', 'is required');
  if (typeof value !== 'string') return refuse('event', 'must be a string');
  return length(value) <= LONGEST_NAME ? value : refuse('event', `must not exceed ${LONGEST_NAME} characters`);
}

function readOccurred(value: unknown, received: number): number {
  if (value === undefined || value === null) return received;
  return readTimestamp(value) ?? refuse('occurred', 'must be a timestamp');
}

function readResource(path: string, value: unknown): Labels {
  if (value === undefined) return refuse(path, 'is required');
  if (!isObject(value)) return refuse(path, 'must be an object');
  const labels = Object.entries(value);
  if (labels.length > MOST_LABELS) refuse(path, `must not have more than ${MOST_LABELS} labels`);
  const texts = labels.map(([name, text]): [string, string] => {
    return typeof text === 'string' ? [name, text] : refuse(`${path}.${name}`, 'must be a string');
  });
  const resource = Object.fromEntries(texts);
  // An `id` that is empty hides `prefect.resource.id`: the alias stands in only when there is no `id`.
  return idLabel(resource) ? resource : refuse(path, 'needs a non-empty id label');
}

// Reading: null is a missing value only where section 2 says so; a null list or payload is refused.
function readRelated(value: unknown): readonly Labels[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuse('related', 'must be a list of resources');
  if (value.length > MOST_RELATED) refuse('related', `must not have more than ${MOST_RELATED} resources`);
  return value.map((item: unknown, index) => {
    const resource = readResource(`related[${index}]`, item);
    return roleLabel(resource) ? resource : refuse(`related[${index}]`, 'needs a non-empty role label');
  });
}

function readPayload(value: unknown): Json {
  if (value === undefined) return {};
  return isObject(value) ? value : refuse('payload', 'must be an object');
}

function readChain(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return isTexts(value) ? value : refuse('cause_chain', 'must be a list of strings');
}

/** The complete document again, as a state-change event carries it in its payload. */
export function documentOf(event: ModelEvent): Json {
  return {
    id: event.id,
    event: event.name,
    resource: event.resource,
    related: event.related,
    occurred: new Date(event.occurred).toISOString(),
    follows: event.follows,
    payload: event.payload,
    cause_chain: event.chain,
    received: new Date(event.received).toISOString(),
  };
}
