import { type Expression, evaluate } from '../cel/expression.ts';
import { InvalidDocument } from '../errors.ts';
import { entryExpressionAt } from './condition.ts';
import { isRawNumber, parseExact, plainNumber } from './exact.ts';
import { type FilledIn, type Filling, fillingOf } from './filling.ts';
import type { Drafted, Incoming, Preset } from './incoming.ts';
import { joinPath, together } from './issue.ts';
import { presetNamed } from './presets.ts';
import { isRecord } from './record.ts';

/** What a source says of what becomes of its entries. */
export type MapKeys = Readonly<{
  type?: string;
  preset?: string | undefined;
  json?: readonly string[] | undefined;
  where?: string | undefined;
  event?: string | undefined;
  resource?: string | Readonly<Record<string, string>> | undefined;
  related?: string | readonly (string | Readonly<Record<string, string>>)[] | undefined;
  occurred?: string | undefined;
  payload?: string | Readonly<Record<string, unknown>> | undefined;
  id?: string | undefined;
  follows?: string | undefined;
}>;

/** Keys of a map that change the event of the preset, in the order in which they are filled in. */
export const EVENT_KEYS = ['event', 'resource', 'related', 'occurred', 'payload', 'id', 'follows'] as const;

/** What templates of a map can name. `draft`: the event as the preset has it. */
const NAMES: readonly string[] = ['entry', 'headers', 'id', 'source', 'draft'];

/** How long the templates of one entry may take together. */
const FILL_LIMIT_MS = 1_000;

/** The presets of types that say nothing; a stream whose map names the event has its whole entry as the payload. */
const BY_TYPE: Readonly<Record<string, string>> = { bullmq: 'bullmq', prefect: 'prefect', cloudevents: 'cloudevents' };

/** Reads a map, once. @throws InvalidDocument with all that is wrong with its condition and templates */
export function mapOf(keys: MapKeys, path: string): EventMap {
  const at = (key: string): string => joinPath(path, key);
  const [preset, where, fillings] = together(
    () => presetOf(keys, at('preset')),
    () => (keys.where === undefined ? null : entryExpressionAt(keys.where, at('where'))),
    () => {
      const given = EVENT_KEYS.filter((key) => keys[key] !== undefined);
      return together(...given.map((key) => () => ({ key, filling: fillingOf(keys[key], at(key), NAMES) })));
    },
  );
  if (preset === null) {
    for (const key of ['event', 'resource'] as const) {
      if (keys[key] === undefined) throw new InvalidDocument(at(key), 'is required without a preset');
    }
  }
  return new EventMap({ preset, json: keys.json ?? [], where, fillings });
}

/** The name of the preset that makes the events of a source; null: its map alone does. */
export function presetNameOf({ type, preset, event }: MapKeys): string | null {
  return preset ?? BY_TYPE[type ?? ''] ?? (event === undefined ? 'watchfire' : null);
}

function presetOf(keys: MapKeys, path: string): Preset | null {
  const name = presetNameOf(keys);
  if (name === null) return null;
  const found = presetNamed(name);
  if (found === undefined) throw new InvalidDocument(path, 'is no preset', name);
  return found;
}

type Parts = Readonly<{
  preset: Preset | null;
  json: readonly string[];
  where: Expression | null;
  fillings: readonly Readonly<{ key: (typeof EVENT_KEYS)[number]; filling: Filling }>[];
}>;

/** Makes events of what comes in. */
export class EventMap {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * The events that something becomes; none where it is passed over.
   * @throws InvalidDocument with what does not fit, as `resource.id: entry.customer has no value`
   */
  apply(given: Incoming): readonly Drafted[] {
    const incoming = { ...given, entry: this.#read(given.entry) };
    if (!this.#wants(incoming)) return [];
    const drafts = this.#parts.preset?.(incoming) ?? [{ payload: payloadOf(incoming.entry) } as unknown as Drafted];
    const untilMs = performance.now() + FILL_LIMIT_MS;
    return drafts.map((draft, i) => {
      const made = this.#fill(draft, incoming, untilMs);
      const { id } = incoming;
      if ((made.id ?? null) !== null || id === null) return made;
      return { ...made, id: drafts.length === 1 ? id : `${id}#${i}` };
    });
  }

  /** With the fields read that hold JSON as text. */
  #read(entry: unknown): unknown {
    const { json } = this.#parts;
    if (json.length === 0 || !isRecord(entry)) return entry;
    const read = json
      .filter((name) => typeof entry[name] === 'string')
      .map((name) => [name, parseExact(entry[name] as string, joinPath('entry', name))]);
    return { ...entry, ...Object.fromEntries(read) };
  }

  #wants({ entry, headers, id }: Incoming): boolean {
    const { where } = this.#parts;
    if (where === null) return true;
    const about = { event: '', id: id ?? '', resource: {}, related: [], payload: {}, occurredMs: 0, receivedMs: 0 };
    const answer = evaluate(where, { ...about, entry, headers });
    if (!answer.ok) throw new InvalidDocument('where', answer.error);
    return answer.value === true;
  }

  #fill(draft: Drafted, { source, entry, headers, id }: Incoming, untilMs: number): Drafted {
    const scope = { source, entry, headers, id, draft };
    const filled = this.#parts.fillings.map(({ key, filling }) => [
      key,
      VALUES[key](filling(scope, untilMs, key), key),
    ]);
    return { ...draft, ...Object.fromEntries(filled) } as Drafted;
  }
}

function payloadOf(entry: unknown): Record<string, unknown> {
  return isRecord(entry) ? entry : { value: entry };
}

/** What the keys take of what their templates give. */
const VALUES: Readonly<Record<(typeof EVENT_KEYS)[number], (value: FilledIn, path: string) => unknown>> = {
  event: textOf,
  resource: labelsOf,
  related: (value, path) => {
    if (!Array.isArray(value)) throw new InvalidDocument(path, 'must be a list of resources', value);
    return value.map((one: unknown, i) => labelsOf(one, joinPath(path, i)));
  },
  occurred: timeOf,
  payload: (value, path) => {
    if (isRecord(value)) return value;
    throw new InvalidDocument(path, 'must be an object', value);
  },
  id: textOf,
  follows: textOf,
};

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isRawNumber(value)) return value.rawJSON;
  throw new InvalidDocument(path, 'must be a text, a number or a boolean', value);
}

function labelsOf(value: unknown, path: string): Record<string, string> {
  if (!isRecord(value)) throw new InvalidDocument(path, 'must be an object', value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, textOf(one, joinPath(path, key))]));
}

/** Digits alone are seconds or milliseconds since 1970. */
function timeOf(value: unknown, path: string): string | number {
  const time = plainNumber(value);
  if (typeof time === 'number') return time;
  if (typeof time !== 'string') throw new InvalidDocument(path, 'must be an ISO timestamp or a number', value);
  return /^\d{1,16}(?:\.\d{1,9})?$/.test(time) ? Number(time) : time;
}
