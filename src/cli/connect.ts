import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { DEFAULT_NAMESPACE, DEFAULT_REDIS_URL, parseSettings, type Settings } from '../config.ts';
import { Watchfire } from '../engine.ts';
import { InvalidDocument, RedisUnreachable } from '../errors.ts';
import { type Io, Misuse } from './verb.ts';

/** A server that can be used answers in milliseconds; a person will not wait much longer than this to learn that none does. */
const REACH_BOUND_MS = 3_000;

/** A short verb gives up a server that has taken its command and says nothing for so long. */
const SILENCE_BOUND_MS = 10_000;

/** Where a command line is to work. */
export type Target = Readonly<{ url: string; settings: Settings }>;

/**
 * Reads `--redis` and `--namespace`, and completes the other settings a verb has read.
 * @throws Misuse when one of them is wrong
 */
export function targetOf(
  options: Readonly<Record<string, unknown>>,
  io: Pick<Io, 'env'>,
  settings: Partial<Settings> = {},
): Target {
  const url = String(options.redis ?? (io.env.REDIS_URL || DEFAULT_REDIS_URL));
  if (!isAddress(url)) {
    const source = options.redis === undefined ? 'REDIS_URL' : '--redis';
    throw new Misuse(`${source}: must be a URL like ${DEFAULT_REDIS_URL} (found "${publicUrl(url)}")`);
  }
  const namespace = String(options.namespace ?? DEFAULT_NAMESPACE);
  try {
    return { url, settings: parseSettings({ ...settings, namespace }) };
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    throw new Misuse(`--${dashed(error.path)}: ${error.reason} (found ${error.value})`);
  }
}

/** `maxQueueDepth` as its option is spelled; a setting in milliseconds is given as a duration. */
function dashed(setting: string): string {
  return setting.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isAddress(url: string): boolean {
  if (url.startsWith('/')) return true;
  return URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol);
}

/** The URL without its password and without what may be one. */
export function publicUrl(url: string): string {
  if (!isAddress(url) || url.startsWith('/')) return url.replace(/^.*@/s, '');
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  // ioredis reads the query as options, and a password is one of them.
  shown.search = '';
  return shown.href;
}

/**
 * Opens a connection and makes sure that a Redis answers there, all within a few seconds.
 * @throws RedisUnreachable saying where, why and what to do
 */
export async function openRedis(url: string, signal: AbortSignal, options: RedisOptions = {}): Promise<Redis> {
  signal.throwIfAborted();
  const redis = new Redis(url, {
    connectionName: 'watchfire-cli',
    lazyConnect: true,
    connectTimeout: REACH_BOUND_MS,
    // The check by INFO would wait for ever for a server that takes the connection and says nothing.
    enableReadyCheck: false,
    retryStrategy: () => null,
    ...options,
  });
  let reason = `no answer within ${REACH_BOUND_MS / 1_000} s`;
  const note = (error: Error): void => {
    reason = reasonOf(error);
  };
  redis.on('error', note);
  const giveUp = (): void => redis.disconnect();
  const bound = setTimeout(giveUp, REACH_BOUND_MS);
  signal.addEventListener('abort', giveUp);
  try {
    await redis.connect();
    await redis.ping().catch((error: Error) => {
      if (error.message !== CLOSED) note(error);
      throw error;
    });
    return redis;
  } catch {
    redis.disconnect();
    throw new RedisUnreachable(
      `cannot use Redis at ${publicUrl(url)}: ${reason}; start one by "npm start" or "watchfire start", ` +
        'or name another by --redis or REDIS_URL',
    );
  } finally {
    clearTimeout(bound);
    signal.removeEventListener('abort', giveUp);
  }
}

/** What ioredis says of commands whose connection has gone. */
const CLOSED = 'Connection is closed.';

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'nobody listens there';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'there is no host of that name';
  if (error.code === 'ETIMEDOUT') return `no answer within ${REACH_BOUND_MS / 1_000} s`;
  return error.message || String(error.code);
}

/** Waits for a connection that breaks while a long list is being sent: about 20 s in all, and then it is given up. */
const RESEND: RedisOptions = {
  maxRetriesPerRequest: null,
  retryStrategy: (attempt) => (attempt > 12 ? null : Math.min(50 * 2 ** attempt, 2_000)),
};

/** `patient`: lives through a restart of Redis, and through SIGINT, which the verb has to heed itself. */
export type Patience = Readonly<{ patient?: boolean }>;

/**
 * Runs a short verb on an engine whose connection gives up instead of waiting: when Redis cannot be reached, when it goes
 * away or falls silent, and on SIGINT.
 */
export async function withWatchfire<T>(
  options: Readonly<Record<string, unknown>>,
  io: Pick<Io, 'env' | 'signal'>,
  use: (watchfire: Watchfire) => Promise<T>,
  { patient = false }: Patience = {},
): Promise<T> {
  const { url, settings } = targetOf(options, io);
  const redis = await openRedis(url, io.signal, { socketTimeout: SILENCE_BOUND_MS, ...(patient ? RESEND : {}) });
  const giveUp = (): void => redis.disconnect();
  if (!patient) io.signal.addEventListener('abort', giveUp);
  const watchfire = new Watchfire({ redis, ...settings });
  try {
    return await use(watchfire);
  } catch (error) {
    throw isLost(error) ? new RedisUnreachable(`the connection to Redis at ${publicUrl(url)} was lost`) : error;
  } finally {
    io.signal.removeEventListener('abort', giveUp);
    await watchfire.close();
    redis.disconnect();
  }
}

function isLost(error: unknown): boolean {
  return error instanceof Error && (error.message === CLOSED || error.name === 'MaxRetriesPerRequestError');
}

/**
 * An engine for a verb that runs until it is told to stop. Redis must answer now; later its connections wait for it to
 * come back. The caller closes it.
 */
export async function longWatchfire(target: Target, logger: Logger, signal: AbortSignal): Promise<Watchfire> {
  const probe = await openRedis(target.url, signal);
  probe.disconnect();
  return new Watchfire({ redis: target.url, ...target.settings, logger });
}
