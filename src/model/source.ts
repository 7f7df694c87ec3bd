import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import { parseDuration } from './duration.ts';
import { FRONT, isSourceName } from './fed.ts';
import { checkClosed, closed, each, joinPath, required } from './issue.ts';
import { GLOBAL_PARTITION } from './partition.ts';
import { presetNamed, presetNames } from './presets.ts';
import { isRecord } from './record.ts';
import { type MapKeys, mapOf } from './source-map.ts';

/** How long a source that is behind holds absences back where its document does not say, and at most (rules 18: the lag limit). */
export const DEFAULT_HOLD_MS = 5 * 60_000;
export const LONGEST_HOLD_MS = 15 * 60_000;

/** Sources of one file, queues of one source: more than anybody writes. */
const SOURCES_LIMIT = 100;
const QUEUES_LIMIT = 100;

const NOT_EMPTY = 'must be a non-empty string';
const text = z.string(NOT_EMPTY).min(1, NOT_EMPTY);
const needed = z.string(required(NOT_EMPTY)).min(1, NOT_EMPTY);

const NAME = 'must be 1 to 32 letters, digits, ".", "_" or "-", with a letter first, and neither "front" nor "g"';
const name = z
  .string(required(NAME))
  .regex(/^[a-z][a-z0-9._-]{0,31}$/i, NAME)
  .refine((given) => given !== FRONT && given !== GLOBAL_PARTITION, NAME)
  .describe('Its name: ids of its events begin with it, and the log knows it by it');

/** Labels of a resource: each a text, which may be a template; or one template that gives them all. */
const labels = z.union([z.record(z.string(), z.string()), text], 'must be an object of texts, or a template');

/** What becomes of an entry. Texts may be templates (`{{ … }}`) that see `entry`, `headers`, `id` and `draft`. */
const map = {
  preset: z
    .string()
    .refine((given) => presetNamed(given) !== undefined, `must be one of ${presetNames().join(', ')}`)
    .optional()
    .describe('What makes an event of an entry; the keys beside it change that event'),
  json: z
    .array(text, 'must be a list of names')
    .optional()
    .describe('Fields of the entry whose text is JSON, read before anything else'),
  where: text.optional().describe('Condition in CEL over `entry` and `headers`: other entries are passed over'),
  event: text.optional().describe('Name of the event'),
  resource: labels.optional().describe('Labels of its resource, `id` among them'),
  related: z
    .union([z.array(labels), text], 'must be a list of resources, or a template')
    .optional()
    .describe('Related resources, each with `id` and `role`'),
  occurred: text.optional().describe('When it happened; without it when the entry came'),
  payload: z
    .union([z.record(z.string(), z.unknown()), text], 'must be an object, or a template')
    .optional()
    .describe('Its payload'),
  id: text.optional().describe('Its id, by which it is known when it comes again; <source>:<id of the entry>'),
  follows: text.optional().describe('Id of the event that it follows'),
};

const HOLD = 'must be a duration from 0 s to 15 minutes';
const hold = z
  .union([z.number(), z.string()], HOLD)
  .refine((given) => holdMsOf(given) !== null, HOLD)
  .optional()
  .describe('How long absences wait for this source while it is behind or away; 5 minutes, 0: not at all');

const FROM = 'must be new, start, or the id of an entry as 1700000000000-0';
/** What every source on a Redis may say. */
const onRedis = {
  redis: text
    .optional()
    .describe(
      'URL of the Redis that the stream is in, as redis://host:port, redis-cluster://… or redis-sentinel://…; the one of the engine',
    ),
  from: z
    .string(FROM)
    .regex(/^(?:new|start|\d{1,20}-\d{1,20})$/, FROM)
    .optional()
    .describe('Where it begins when it is run first: new, start, or behind an id; new'),
  hold,
};

export const BULLMQ_EVENTS = ['completed', 'failed', 'stalled', 'delayed', 'active', 'waiting', 'drained'] as const;
export type BullmqEvent = (typeof BULLMQ_EVENTS)[number];
const DEFAULT_BULLMQ_EVENTS: readonly BullmqEvent[] = ['completed', 'failed', 'stalled'];

/** BullMQ refuses a name of a queue with a colon. */
const QUEUE = 'must be the name of a queue: 1 to 64 characters without ":" and blanks';
const queue = z.string(QUEUE).regex(/^[^\s:]{1,64}$/u, QUEUE);
const QUEUES = `must be a list of 1 to ${QUEUES_LIMIT} queues`;

/** How services sign what they send. */
export const SCHEMES = ['standard', 'github', 'stripe', 'shopify', 'slack'] as const;
export type Scheme = (typeof SCHEMES)[number];

const secrets = z.union([text, z.array(text).min(1)], 'must be a text or a list of them').optional();
const overHttp = {
  path: z
    .string('must be a path as /in/shop')
    .regex(/^(?:\/[\w.~-]+)+$/, 'must be a path as /in/shop')
    .optional()
    .describe('Where it listens; /in/<name>'),
  secret: secrets.describe('What signatures are made with; several while one takes the place of the other'),
  signature: z
    .enum(SCHEMES)
    .optional()
    .describe('Whose signatures they are; those of the preset, else Standard Webhooks'),
  token: secrets.describe('Bearer token that senders show'),
  rate: z.int('must be a whole number').min(1, 'must be at least 1').optional().describe('Most events in a second'),
};

const kinds = {
  stream: closed({
    name,
    type: z.literal('stream'),
    stream: needed.describe('Key of the stream'),
    ...onRedis,
    ...map,
  }),
  bullmq: closed({
    name,
    type: z.literal('bullmq'),
    queues: z
      .array(queue, required(QUEUES))
      .min(1, QUEUES)
      .max(QUEUES_LIMIT, QUEUES)
      .describe('Queues whose jobs are watched'),
    prefix: text.optional().describe("BullMQ's prefix; bull"),
    events: z
      .array(z.enum(BULLMQ_EVENTS, `must be some of ${BULLMQ_EVENTS.join(', ')}`), 'must be a list')
      .min(1, 'must name an event')
      .optional()
      .describe('Which events; completed, failed, stalled'),
    data: z.boolean('must be true or false').optional().describe("Whether payloads hold the job's data; false"),
    ...onRedis,
    ...map,
  }),
  prefect: closed({
    name,
    type: z.literal('prefect'),
    stream: text.optional().describe('Key of the stream that prefect-redis writes; events'),
    ...onRedis,
    ...map,
  }),
  webhook: closed({ name, type: z.literal('webhook'), ...overHttp, ...map }),
  cloudevents: closed({ name, type: z.literal('cloudevents'), ...overHttp, ...map }),
};

export type SourceType = keyof typeof kinds;
export type SourceSpec = { [Type in SourceType]: z.output<(typeof kinds)[Type]> }[SourceType];
export type SourceOf<Type extends SourceType> = Extract<SourceSpec, { type: Type }>;

/** One source as people write it. */
const sourceDocument = z.discriminatedUnion('type', [
  kinds.stream,
  kinds.bullmq,
  kinds.prefect,
  kinds.webhook,
  kinds.cloudevents,
]);

/** A file of sources as people write it. */
export const sourcesDocument = closed({ sources: z.array(sourceDocument).describe('Where events come from') });

/** Reads one source. @throws InvalidDocument with all that is wrong */
export function parseSource(value: unknown, path: string): SourceSpec {
  if (!isRecord(value)) throw new InvalidDocument(path, 'must be an object', value);
  const { type } = value;
  if (typeof type !== 'string' || !Object.hasOwn(kinds, type))
    throw new InvalidDocument(joinPath(path, 'type'), `must be one of ${Object.keys(kinds).join(', ')}`, type);
  const schema = kinds[type as SourceType] as z.ZodObject;
  const spec = checkClosed(schema, value, path) as SourceSpec;
  mapOf(spec, path);
  for (const { name: known, queue: one } of streamsOf(spec)) {
    if (!isSourceName(known))
      throw new InvalidDocument(joinPath(path, 'queues'), 'must have at most 63 characters with its source', one);
  }
  return Object.freeze(spec);
}

const programSource = closed({ source: name, hold });

/** Checks what a program says of a source that it reads itself. @throws InvalidDocument with all that is wrong */
export function checkProgramSource(said: Readonly<{ source: string; hold: string | number }>): void {
  checkClosed(programSource, said, '');
}

const mapDocument = closed(map);

/** Reads a map that stands in a file of its own. @throws InvalidDocument with all that is wrong */
export function parseMap(value: unknown, path: string): MapKeys {
  if (!isRecord(value)) throw new InvalidDocument(path, 'must be an object', value);
  return checkClosed(mapDocument, value, path) as MapKeys;
}

/** Reads a list of sources; names and paths are there once each. @throws InvalidDocument */
export function parseSources(document: unknown): SourceSpec[] {
  if (!isRecord(document)) throw new InvalidDocument('sources file', 'must be an object with "sources"');
  for (const key of Object.keys(document)) {
    if (key !== 'sources') throw new InvalidDocument(key, 'unknown key');
  }
  const { sources } = document;
  if (!Array.isArray(sources)) throw new InvalidDocument('sources', 'must be a list', sources);
  if (sources.length > SOURCES_LIMIT) throw new InvalidDocument('sources', `must have at most ${SOURCES_LIMIT}`);
  const specs = each(sources, (one: unknown, i) => parseSource(one, joinPath('sources', i)));
  refuseTwice(specs, 'name', (spec) => spec.name.toLowerCase());
  refuseTwice(specs, 'path', pathOf);
  return specs;
}

function refuseTwice(specs: readonly SourceSpec[], key: string, of: (spec: SourceSpec) => string | null): void {
  const first = new Map<string, number>();
  each(specs, (spec, i) => {
    const value = of(spec);
    if (value === null) return;
    const before = first.get(value);
    if (before !== undefined)
      throw new InvalidDocument(joinPath(joinPath('sources', i), key), `is that of sources[${before}] too`, value);
    first.set(value, i);
  });
}

/** Where a source listens; null for one that does not. */
export function pathOf(spec: SourceSpec): string | null {
  return spec.type === 'webhook' || spec.type === 'cloudevents' ? (spec.path ?? `/in/${spec.name}`) : null;
}

/** How long absences wait for a source, in ms; null for what is none. */
export function holdMsOf(given: unknown): number | null {
  if (given === undefined) return DEFAULT_HOLD_MS;
  const read = parseDuration(given);
  return read === undefined || read.sign < 0 || read.ms > LONGEST_HOLD_MS ? null : read.ms;
}

/** The events of BullMQ that a source takes. */
export function bullmqEventsOf({ events }: SourceOf<'bullmq'>): readonly BullmqEvent[] {
  return events ?? DEFAULT_BULLMQ_EVENTS;
}

/** One stream that a source reads. `name`: by which the log knows it, of a queue with the queue behind it. */
export type StreamOfSource = Readonly<{ name: string; key: string; spec: SourceSpec; queue: string | null }>;

/** The streams that a source reads; none where events are sent to it. */
export function streamsOf(spec: SourceSpec): StreamOfSource[] {
  switch (spec.type) {
    case 'stream':
      return [{ name: spec.name, key: spec.stream, spec, queue: null }];
    case 'prefect':
      return [{ name: spec.name, key: spec.stream ?? 'events', spec, queue: null }];
    case 'bullmq':
      return spec.queues.map((one) => ({
        name: `${spec.name}/${one}`,
        key: `${spec.prefix ?? 'bull'}:${one}:events`,
        spec,
        queue: one,
      }));
    case 'webhook':
    case 'cloudevents':
      return [];
  }
}
