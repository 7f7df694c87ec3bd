import { InvalidDocument } from '../errors.ts';
import { PAYLOAD_DEPTH_LIMIT, RELATED_LIMIT } from './event.ts';
import { isRawNumber, parseExact } from './exact.ts';
import { emptyRecord } from './record.ts';

/** Fields whose value is the text itself. `received` is known, and ignored like any sender's (rules 2). */
const TEXT_FIELDS: ReadonlySet<string> = new Set(['id', 'event', 'occurred', 'follows', 'received', 'traceparent']);
/** Fields that may be given whole, as JSON. The first three may be given piece by piece instead. */
const JSON_FIELDS: ReadonlySet<string> = new Set(['resource', 'related', 'payload', 'cause_chain']);

const RELATED_FIELD = /^related\.(0|[1-9]\d*)\.(.+)$/su;

/** Far more than anybody types: a bound on work before anything is looked at. */
const FIELDS_LIMIT = 100_000;

type Draft = Record<string, unknown>;

/** Names that were given, and the maps that were made for paths; a map that was given as JSON is not among them. */
type FlatProgress = { seen: ReadonlySet<string>; made: Set<unknown> };

/**
 * Makes an event document of flat fields, as people type them: `event order.failed resource.id customer.7 related.0.id order.9
 * related.0.role order payload.total 12`. A label's name is everything after `resource.` or `related.N.`; the text after `payload.` is a
 * path. Throws InvalidDocument naming the field.
 */
export function flatDocument(fields: readonly string[]): Record<string, unknown> {
  if (fields.length > 2 * FIELDS_LIMIT) throw new InvalidDocument('entry', `must have at most ${FIELDS_LIMIT} fields`);
  const draft: Draft = {};
  const seen = new Set<string>();
  const made = new Set<unknown>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    if (seen.has(name)) throw new InvalidDocument(name, 'is given twice', value);
    seen.add(name);
    readField(draft, name, value, { seen, made });
  }
  if (Array.isArray(draft.related)) refuseGaps(draft.related);
  return draft;
}

function readField(draft: Draft, name: string, value: string, so: FlatProgress): void {
  if (TEXT_FIELDS.has(name)) {
    draft[name] = value;
  } else if (JSON_FIELDS.has(name)) {
    if (draft[name] !== undefined) throw new InvalidDocument(name, 'must be given either whole or in pieces', value);
    draft[name] = parseExact(value, name);
  } else {
    readPiece(draft, name, value, so);
  }
}

function readPiece(draft: Draft, name: string, value: string, so: FlatProgress): void {
  const dot = name.indexOf('.');
  const whole = name.slice(0, dot);
  if (dot > 0 && so.seen.has(whole)) throw new InvalidDocument(name, `must not be given beside ${whole}`, value);
  const rest = name.slice(dot + 1);
  const related = RELATED_FIELD.exec(name);
  if (whole === 'resource' && rest !== '') {
    draft.resource ??= emptyRecord<string>();
    (draft.resource as Draft)[rest] = value;
  } else if (related !== null) {
    setRelated(draft, name, Number(related[1]), related[2] ?? '', value);
  } else if (whole === 'payload' && rest !== '') {
    draft.payload ??= emptyRecord<unknown>();
    setPath(draft.payload as Draft, name, plainValue(value), so.made);
  } else {
    throw new InvalidDocument(name, name === 'data' ? 'must be the only field' : 'unknown field', value);
  }
}

function setRelated(draft: Draft, name: string, index: number, label: string, value: string): void {
  if (index >= RELATED_LIMIT) throw new InvalidDocument(name, `must have a number below ${RELATED_LIMIT}`, value);
  draft.related ??= [];
  const related = draft.related as Draft[];
  related[index] ??= emptyRecord<string>();
  related[index][label] = value;
}

function refuseGaps(related: readonly unknown[]): void {
  // A whole list given as JSON may hold null; that is the event's own business.
  for (let i = 0; i < related.length; i += 1) {
    if (!(i in related)) throw new InvalidDocument(`related.${i}`, 'is missing: related resources are numbered from 0');
  }
}

/** Sets one value inside the payload. Only maps made here are entered, never a value that was given as JSON. */
function setPath(payload: Draft, name: string, value: unknown, made: Set<unknown>): void {
  let inner = payload;
  const keys = name.split('.').slice(1);
  if (keys.length > PAYLOAD_DEPTH_LIMIT) {
    throw new InvalidDocument('payload', `must not be nested deeper than ${PAYLOAD_DEPTH_LIMIT} levels`);
  }
  for (const [i, key] of keys.entries()) {
    if (key === '') throw new InvalidDocument(name, 'must not have an empty part', value);
    if (i === keys.length - 1) {
      if (inner[key] !== undefined) throw new InvalidDocument(name, 'has a value already', value);
      inner[key] = value;
      return;
    }
    if (inner[key] === undefined) {
      inner[key] = emptyRecord<unknown>();
      made.add(inner[key]);
    }
    if (!made.has(inner[key])) {
      const place = `payload.${keys.slice(0, i + 1).join('.')}`;
      throw new InvalidDocument(name, `must not be given beside ${place}`, value);
    }
    inner = inner[key] as Draft;
  }
}

/** A number that survives being read and written, true, false, null, an object or a list; anything else is text (`007`, `1.0`, `"x"`). */
function plainValue(text: string): unknown {
  const start = text.charCodeAt(0);
  // What JSON values other than texts begin with: { [ - digits, and the words true, false and null.
  const plausible =
    start === 0x7b || start === 0x5b || start === 0x2d || (start >= 0x30 && start <= 0x39) || /^[tfn]/.test(text);
  if (!plausible) return text;
  let value: unknown;
  try {
    value = parseExact(text, '');
  } catch {
    return text;
  }
  return isRawNumber(value) || (typeof value === 'number' && String(value) !== text) ? text : value;
}
