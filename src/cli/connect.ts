import type { Logger } from 'pino';
import { DEFAULT_NAMESPACE, DEFAULT_REDIS_URL, parseSettings, type Settings } from '../config.ts';
import type { Watchfire } from '../engine.ts';
import { InvalidDocument } from '../errors.ts';
import { addressAdvice, isAddress, lastingEngine, publicUrl, type Target, withEngine } from '../session.ts';
import { dashed } from './dashed.ts';
import { DEFAULT_DIR, privateAddress, withPassword } from './private-password.ts';
import { sayerOf, secretOf, tlsOf } from './secret-files.ts';
import { type Io, Misuse } from './verb.ts';

/** Where a verb goes, and who said so. */
export type FoundTarget = Target & Readonly<{ by: string }>;

/**
 * Reads `--redis` and `--namespace`, and completes the other settings a verb has read.
 * @throws Misuse when one of them is wrong
 */
export function targetOf(
  options: Readonly<Record<string, unknown>>,
  io: Pick<Io, 'env'>,
  settings: Partial<Settings> = {},
): FoundTarget {
  const { url, by } = addressOf(options, io);
  if (!isAddress(url)) {
    throw new Misuse(`${by}: must be a URL like ${DEFAULT_REDIS_URL} (found "${publicUrl(url)}")${addressAdvice(url)}`);
  }
  const namespace = String(options.namespace ?? DEFAULT_NAMESPACE);
  const tls = securityOf(options, url);
  try {
    const read = parseSettings({ ...settings, namespace });
    const reason = options.reason === undefined ? {} : { reason: String(options.reason) };
    return { url: withPassword(url, knowing(io.env, options)), by, ...(tls && { tls }), settings: read, ...reason };
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    // A setting in milliseconds is given as a duration.
    throw new Misuse(`--${dashed(error.path.replace(/Ms$/, ''))}: ${error.reason} (found ${error.value})`);
  }
}

/** What was given; else the private Redis of this folder, whose password is read there too; else its usual address. */
function addressOf(options: Readonly<Record<string, unknown>>, { env }: Pick<Io, 'env'>): { url: string; by: string } {
  const given = secretOf(options, 'redis');
  if (given !== null) return { url: given, by: sayerOf(options, options.redis === undefined ? 'redisFile' : 'redis') };
  if (env.REDIS_URL) return { url: env.REDIS_URL, by: 'REDIS_URL' };
  const own = privateAddress();
  return own === null ? { url: DEFAULT_REDIS_URL, by: 'default' } : { url: own, by: `${DEFAULT_DIR}/port` };
}

/** What a server with TLS is shown, and checked by. @throws Misuse */
function securityOf(options: Readonly<Record<string, unknown>>, url: string): Target['tls'] | null {
  const [named] = ['tlsCa', 'tlsCert', 'tlsKey'].filter((attribute) => options[attribute] !== undefined);
  if (named === undefined) return null;
  if (/^rediss(-cluster|-sentinel)?:/.test(url)) return tlsOf(options);
  // A file of settings may name certificates and be used with an address without TLS as well: then they are left aside.
  if (!sayerOf(options, named).startsWith('--')) return null;
  throw new Misuse(`${sayerOf(options, named)}: goes with a URL that begins with rediss (found "${publicUrl(url)}")`);
}

/** The environment, with the password that was given to this program in the place of redis-cli's. @throws Misuse */
function knowing(env: Io['env'], options: Readonly<Record<string, unknown>>): Io['env'] {
  const password = secretOf(options, 'redisPassword');
  return password === null ? env : { ...env, REDISCLI_AUTH: password };
}

/** Runs a short verb, which gives up a Redis that does not answer, and ends on SIGINT. A patient one heeds SIGINT itself. */
export async function withWatchfire<T>(
  options: Readonly<Record<string, unknown>>,
  io: Pick<Io, 'env' | 'signal' | 'err'>,
  use: (watchfire: Watchfire) => Promise<T>,
  { patient = false, settings = {} }: { patient?: boolean; settings?: Partial<Settings> } = {},
): Promise<T> {
  const target = targetOf(options, io, settings);
  const say = saying(target, options, io);
  const told = async (watchfire: Watchfire): Promise<T> => {
    say('connected');
    return await use(watchfire);
  };
  try {
    return await withEngine(target, io.signal, told, { patient });
  } finally {
    say('ended');
  }
}

/** An engine for a verb that goes on until it is stopped: it waits for a Redis that goes away. The caller closes it. */
export async function lastingWatchfire(
  target: FoundTarget,
  options: Readonly<Record<string, unknown>>,
  logger: Logger,
  io: Pick<Io, 'signal' | 'err'>,
): Promise<Watchfire> {
  const say = saying(target, options, io);
  const watchfire = await lastingEngine(target, logger, io.signal);
  say('connected');
  return watchfire;
}

/** Says with `--verbose` to which Redis it goes, and how long that takes; without it nothing. */
function saying(
  { url, by, settings: { namespace } }: FoundTarget,
  options: Readonly<Record<string, unknown>>,
  io: Pick<Io, 'err'>,
): (what: string) => void {
  if (options.verbose !== true) return () => undefined;
  const start = performance.now();
  io.err(`watchfire: connecting to ${publicUrl(url)} (by ${by}), namespace ${namespace}`);
  return (what) => io.err(`watchfire: ${what} after ${Math.round(performance.now() - start)} ms`);
}
