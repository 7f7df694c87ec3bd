import { createHash } from 'node:crypto';
import { InvalidDocument } from '../errors.ts';
import { EVENT_ID_LIMIT } from './event.ts';
import { plainNumber } from './exact.ts';
import { emptyRecord, isRecord } from './record.ts';
import { fits } from './text.ts';
import { parseTimestamp } from './timestamp.ts';

type Attributes = Record<string, unknown>;

/** Attributes with a place of their own in an event; all others become labels of the resource. */
const PLACED: ReadonlySet<string> = new Set(['specversion', 'id', 'time', 'data', 'data_base64', 'follows']);

/**
 * Whether a document is a CloudEvent. An event in Watchfire's own form may carry the key too (unknown keys are ignored), but has its `resource` as an
 * object, which no CloudEvents attribute may be.
 */
export function isCloudEvent(document: Attributes): boolean {
  return document.specversion !== undefined && !isRecord(document.resource);
}

/**
 * Makes an event document of a CloudEvent 1.0 in structured JSON: `event` is its type, the resource its subject or else its source, with
 * the other attributes as labels. Throws InvalidDocument naming the attribute.
 */
export function cloudEventDocument(attributes: Attributes): Record<string, unknown> {
  if (attributes.specversion !== '1.0') {
    throw new InvalidDocument('specversion', 'must be "1.0"', attributes.specversion);
  }
  const source = requiredText(attributes, 'source');
  const subject = isSet(attributes.subject) ? requiredText(attributes, 'subject') : undefined;
  return {
    id: identity(source, requiredText(attributes, 'id')),
    event: requiredText(attributes, 'type'),
    resource: labels(attributes, subject ?? source),
    occurred: time(attributes),
    follows: attributes.follows,
    payload: payload(attributes),
    traceparent: attributes.traceparent,
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function requiredText(attributes: Attributes, name: string): string {
  const value = attributes[name];
  if (!isSet(value)) throw new InvalidDocument(name, 'is required');
  if (typeof value !== 'string') throw new InvalidDocument(name, 'must be a string', value);
  if (value === '') throw new InvalidDocument(name, 'must not be empty');
  if (!value.isWellFormed()) throw new InvalidDocument(name, 'must be well-formed Unicode', value);
  return value;
}

function time(attributes: Attributes): string | null {
  if (!isSet(attributes.time)) return null;
  const text = requiredText(attributes, 'time');
  if (parseTimestamp(text) === undefined) throw new InvalidDocument('time', 'must be an ISO timestamp', text);
  return text;
}

/** Two sources may use the same id for different events: only the pair names one. Pairs too long for an event id are hashed. */
function identity(source: string, id: string): string {
  const pair = `${source}#${id}`;
  return fits(pair, EVENT_ID_LIMIT) ? pair : createHash('sha256').update(pair).digest('hex');
}

function labels(attributes: Attributes, id: string): Record<string, unknown> {
  const labels = emptyRecord<unknown>();
  for (const [name, given] of Object.entries(attributes)) {
    if (PLACED.has(name) || !isSet(given)) continue;
    const value = plainNumber(given);
    // CloudEvents gives booleans and integers one spelling as text, so they can be matched like any label.
    labels[name] = typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : value;
  }
  labels.id = id;
  return labels;
}

function payload(attributes: Attributes): Record<string, unknown> {
  const { data, data_base64 } = attributes;
  if (data_base64 !== undefined) {
    if (typeof data_base64 !== 'string') throw new InvalidDocument('data_base64', 'must be a string', data_base64);
    if (data !== undefined) throw new InvalidDocument('data_base64', 'must not be given beside data');
    return { data_base64 };
  }
  if (data === undefined) return {};
  return isRecord(data) ? data : { data };
}
