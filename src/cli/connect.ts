import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { DEFAULT_NAMESPACE, DEFAULT_REDIS_URL, parseSettings, type Settings } from '../config.ts';
import { Watchfire } from '../engine.ts';
import { InvalidDocument } from '../errors.ts';
import { isAddress, publicUrl } from '../redis/address.ts';
import { lostConnection, type OpenOptions, openRedis } from '../redis/open.ts';
import { type Io, Misuse } from './verb.ts';

export { openRedis, publicUrl };

/** Where a command line is to work. */
export type Target = Readonly<{ url: string; tls?: { ca: string }; settings: Settings }>;

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
  const tls = authorityOf(options, url);
  try {
    return { url, ...(tls && { tls }), settings: parseSettings({ ...settings, namespace }) };
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    throw new Misuse(`--${dashed(error.path)}: ${error.reason} (found ${error.value})`);
  }
}

/** The CA of `--tls-ca`, which a server's certificate has to be signed by. @throws Misuse */
function authorityOf(options: Readonly<Record<string, unknown>>, url: string): { ca: string } | null {
  if (options.tlsCa === undefined) return null;
  const file = String(options.tlsCa);
  if (!url.startsWith('rediss:'))
    throw new Misuse(`--tls-ca: goes with a URL that begins with rediss: (found "${publicUrl(url)}")`);
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new Misuse(`--tls-ca: cannot read ${file}: ${(error as Error).message}`);
  }
}

/** `maxQueueDepth` as its option is spelled; a setting in milliseconds is given as a duration. */
function dashed(setting: string): string {
  return setting.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Runs a short verb on an engine whose connection gives up instead of waiting: when Redis cannot be reached, when it goes
 * away or falls silent, and on SIGINT. A patient one heeds SIGINT itself.
 */
export async function withWatchfire<T>(
  options: Readonly<Record<string, unknown>>,
  io: Pick<Io, 'env' | 'signal'>,
  use: (watchfire: Watchfire) => Promise<T>,
  { patient = false, settings: given = {} }: OpenOptions & { settings?: Partial<Settings> } = {},
): Promise<T> {
  const { url, tls, settings } = targetOf(options, io, given);
  const redis = await openRedis(url, io.signal, { patient, ...(tls && { tls }) });
  const giveUp = (): void => redis.disconnect();
  if (!patient) io.signal.addEventListener('abort', giveUp);
  const watchfire = new Watchfire({ redis, ...settings });
  try {
    return await use(watchfire);
  } catch (error) {
    throw lostConnection(url, error);
  } finally {
    io.signal.removeEventListener('abort', giveUp);
    await watchfire.close();
    redis.disconnect();
  }
}

/**
 * An engine for a verb that runs until it is stopped. Redis must answer now; later its connections wait for it to
 * come back. The caller closes it.
 */
export async function longWatchfire(target: Target, logger: Logger, signal: AbortSignal): Promise<Watchfire> {
  const { url, tls, settings } = target;
  const probe = await openRedis(url, signal, tls && { tls });
  probe.disconnect();
  return new Watchfire({ redis: url, ...(tls && { tls }), ...settings, logger });
}
