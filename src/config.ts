import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Settings } from './documents/given.ts';
import { InvalidDocument } from './errors.ts';

/** Namespace of an engine that was given none. */
export const DEFAULT_NAMESPACE = 'wf';

/** Port of the private Redis of `npm start`. */
export const DEFAULT_REDIS_PORT = 6390;

/** Where Redis is when no URL is given: the private one of `npm start`. */
export const DEFAULT_REDIS_URL = `redis://127.0.0.1:${DEFAULT_REDIS_PORT}`;

/** The part of Redis' memory above which producers are refused, where none is set. */
export const DEFAULT_MEMORY_RATIO = 0.9;

/** When an event counts as kept, from the least to the most. */
export const DURABILITY_MODES = ['memory', 'fsync', 'replicated'] as const;

const HOUR_MS = 3_600_000;

/** A whole number within bounds. */
function whole(least: number, most: number | null = null): z.ZodInt {
  const rule = `must be a whole number ${most === null ? `of at least ${least}` : `from ${least} to ${most}`}`;
  const number = z.int(rule).min(least, rule);
  return most === null ? number : number.max(most, rule);
}

const PART = 'must be above 0 and at most 1';

/** Numbers and names a user may choose; each with its default and what it is for. */
export const settingsSchema = z.strictObject({
  namespace: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
    .default(DEFAULT_NAMESPACE)
    .describe('Hash tag of all keys: engines with different names never meet'),
  chunkSize: whole(1, 1_000).default(100).describe('Most entries applied by one script call'),
  retentionMs: whole(0)
    .default(24 * HOUR_MS)
    .describe('How long applied events stay in the stream, in ms'),
  ledgerRetentionMs: whole(0)
    .default(30 * 24 * HOUR_MS)
    .describe('How long firings and dead letters stay in their streams, in ms'),
  maxQueueDepth: whole(1).default(100_000).describe('Waiting jobs of a queue above which the relay pauses'),
  maxQueueBytes: whole(1)
    .default(400_000_000)
    .describe(
      'Characters in the waiting jobs of a queue above which the relay pauses; the sizes of the latest jobs stand for all',
    ),
  maxBacklog: whole(1)
    .default(1_000_000)
    .describe('Events not applied yet above which new ones are refused; looked at twice a second'),
  maxMemoryRatio: z
    .number(PART)
    .gt(0, PART)
    .max(1, PART)
    .default(DEFAULT_MEMORY_RATIO)
    .describe("Part of Redis' maxmemory, where it has one, above which new events are refused"),
  durability: z
    .enum(DURABILITY_MODES)
    .default('memory')
    .describe(
      'When an event counts as kept: Redis has it (memory), has it on disk (fsync), or its replicas have it as well (replicated)',
    ),
  allowUnprotected: z
    .boolean()
    .default(false)
    .describe('Whether a worker may run on a Redis of another machine that lets everybody in'),
  minReplicas: whole(1, 100).default(1).describe('Replicas that must have it in the mode replicated'),
  durabilityTimeoutMs: whole(1, 600_000)
    .default(5_000)
    .describe('How long to wait for disk or replicas until an event counts as not kept, in ms'),
});

export type { Settings } from './documents/given.ts';

/** What a program gives to `new Watchfire(…)`. All of it may be left out. */
export type WatchfireOptions = Partial<Settings> & {
  /** URL, ioredis options, or a client of your own, of a server or of a cluster, which is used as it is and never closed. */
  redis?: string | RedisOptions | Redis | Cluster;
  /** With a URL that begins with rediss: what Node's TLS takes, as a CA of your own or a client certificate. */
  tls?: RedisOptions['tls'];
  /** Your own pino logger; none: silent. */
  logger?: Logger;
  /** Another source of time, for simulations and tests. */
  clock?: Clock;
  /** Why it changes what it changes, for `acts` and `watchfire audit`. */
  reason?: string;
};

/** What is wrong with settings that workers had once. */
const MOVED: Readonly<Record<string, string>> = {
  ignoredEvents:
    'stands in Redis for all workers: setNamespaceSettings({ ignored }), or "watchfire settings set ignored=…"',
};

/**
 * Completes and checks settings.
 * @throws InvalidDocument naming the setting and what is wrong with it
 */
export function parseSettings(settings: Record<string, unknown>): Settings {
  const parsed = settingsSchema.safeParse(settings);
  if (parsed.success) return Object.freeze(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : (issue?.path.join('.') ?? '');
  throw new InvalidDocument(
    path,
    issue?.code === 'unrecognized_keys' ? (MOVED[path] ?? 'unknown setting') : (issue?.message ?? ''),
    settings[path],
  );
}
