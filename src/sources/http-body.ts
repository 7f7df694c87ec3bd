import { InvalidDocument } from '../errors.ts';
import { parseExact } from '../model/exact.ts';
import { isRecord } from '../model/record.ts';

/** How deep a body may nest: more than a payload may, and looked at before it is read, which would cost hundreds of times its size. */
const DEPTH_LIMIT = 1_000;

/** Most entries of one body. */
const ENTRIES_LIMIT = 10_000;

/** What a body holds: entries with their places, for errors; `[3]`, `line 4`, and '' for the only one. */
export type BodyEntry = Readonly<{ entry: unknown; at: string }>;

/** The media types of bodies, by how they are read. */
export type BodyForm = 'json' | 'lines' | 'form' | 'binary';

type Headers = Readonly<Record<string, string>>;

/** How a body is read, by its headers; null for a type that is not taken. Any may come in CloudEvents' binary mode. */
export function bodyForm(headers: Headers): BodyForm | null {
  if (headers['ce-specversion'] !== undefined) return 'binary';
  const type = mediaType(headers);
  if (/^application\/(?:[\w.-]+\+)?json$/.test(type)) return 'json';
  if (/^application\/(?:x-ndjson|ndjson|jsonl|jsonlines|x-jsonlines)$/.test(type)) return 'lines';
  return type === 'application/x-www-form-urlencoded' ? 'form' : null;
}

/** Reads a body. @throws InvalidDocument with the place of what is wrong */
export function readBody(form: BodyForm, headers: Headers, body: Buffer): BodyEntry[] {
  switch (form) {
    case 'binary':
      return [{ entry: binaryEvent(headers, body), at: '' }];
    case 'form':
      return [{ entry: formEntry(textOf(body)), at: '' }];
    case 'lines':
      return bounded(lines(textOf(body)));
    case 'json': {
      const read = parseBounded(textOf(body), 'body');
      if (!Array.isArray(read)) return [{ entry: read, at: '' }];
      return bounded(read.map((entry: unknown, place) => ({ entry, at: `[${place}]` })));
    }
  }
}

function mediaType(headers: Headers): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function bounded(entries: BodyEntry[]): BodyEntry[] {
  if (entries.length <= ENTRIES_LIMIT) return entries;
  throw new InvalidDocument('body', `must have at most ${ENTRIES_LIMIT} events`, entries.length);
}

function lines(text: string): BodyEntry[] {
  const found: BodyEntry[] = [];
  let number = 0;
  for (let from = 0; from <= text.length && found.length <= ENTRIES_LIMIT; number += 1) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(from, end);
    const at = `line ${number + 1}`;
    if (line.trim() !== '') found.push({ entry: parseBounded(line, at), at });
    from = end + 1;
  }
  return found;
}

/** A form; one with a field `payload` holds its JSON there, as GitHub and Slack send it. */
function formEntry(text: string): unknown {
  const fields = new URLSearchParams(text);
  const payload = fields.get('payload');
  return payload === null ? Object.fromEntries(fields) : parseBounded(payload, 'payload');
}

/** A CloudEvent in binary mode, as it would be in structured JSON: attributes in headers, the body is its data. */
function binaryEvent(headers: Headers, body: Buffer): Record<string, unknown> {
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('ce-') ? [[name.slice('ce-'.length), decoded(value)] as const] : [],
  );
  const type = mediaType(headers);
  const event = { ...Object.fromEntries(attributes), ...(type && { datacontenttype: type }) };
  if (body.length === 0) return event;
  if (type === '' || /[/+]json$/.test(type)) return { ...event, data: parseBounded(textOf(body), 'data') };
  return type.startsWith('text/')
    ? { ...event, data: textOf(body) }
    : { ...event, data_base64: body.toString('base64') };
}

/** Values of headers are percent-encoded there. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new InvalidDocument('body', 'must be valid UTF-8');
  }
}

function parseBounded(text: string, at: string): unknown {
  if (isDeep(text)) throw new InvalidDocument(at, `must not be nested deeper than ${DEPTH_LIMIT} levels`);
  return parseExact(text, at);
}

const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_MAP, CLOSE_LIST, CLOSE_MAP] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];

/** Whether a text opens more brackets than may be open at once. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1)
        if (text.charCodeAt(at) === BACKSLASH) at += 1;
    } else if (unit === OPEN_LIST || unit === OPEN_MAP) {
      depth += 1;
      if (depth > DEPTH_LIMIT) return true;
    } else if (unit === CLOSE_LIST || unit === CLOSE_MAP) depth -= 1;
  }
  return false;
}

/** The recorded delivery that a line of a file may be: the body with its headers. */
export function recordedIn(line: unknown): Readonly<{ entry: unknown; headers: Headers }> {
  if (!isRecord(line) || !isRecord(line.headers) || !('body' in line) || Object.keys(line).length !== 2)
    return { entry: line, headers: {} };
  const headers = Object.entries(line.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  );
  return { entry: line.body, headers: Object.fromEntries(headers) };
}
