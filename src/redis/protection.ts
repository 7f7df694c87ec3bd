import type { Redis, RedisOptions } from 'ioredis';
import { Unprotected } from '../errors.ts';
import { isLoopback } from './address.ts';

/** Far above what a server takes that has just answered us. */
const STRANGER_BOUND_MS = 3_000;

/** What a server says to those it does not let in, or lets do nothing. */
const SHUT_OUT = /^(NOAUTH|NOPERM|DENIED|WRONGPASS)/;

/**
 * Refuses a Redis on another machine that serves strangers: anybody could read all events, change all automations and, with CONFIG,
 * often take over the machine. A second connection without our password finds out, since a password in our URL proves nothing.
 * @param redis connected; it stays as it is
 * @param key of this engine: what a stranger tries to read
 * @throws Unprotected
 */
export async function refuseUnprotected(redis: Redis, key: string): Promise<void> {
  const { host = 'localhost', port = 6379, sentinels } = redis.options;
  if (await isProtected(redis, key)) return;
  throw new Unprotected(sentinels ? 'behind the sentinels' : `${host}:${port}`);
}

/** Whether a Redis is on this machine alone, or keeps strangers out. */
export async function isProtected(redis: Redis, key: string): Promise<boolean> {
  const { host = 'localhost', path, sentinels } = redis.options;
  if (path !== undefined && path !== null) return true;
  // Sentinels say where it is, so its address is known by the connection alone.
  const { remoteAddress } = (redis.stream ?? {}) as { remoteAddress?: string };
  if (await isLoopback(sentinels ? (remoteAddress ?? '') : host)) return true;
  return !(await letsStrangersIn(redis, key));
}

/** Whether somebody who knows nothing but the address may read this key. */
export async function letsStrangersIn(redis: Redis, key: string): Promise<boolean> {
  const stranger = redis.duplicate({
    username: undefined,
    password: undefined,
    tls: withoutCertificate(redis.options.tls),
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: STRANGER_BOUND_MS,
    commandTimeout: STRANGER_BOUND_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // Its troubles are the answer.
  stranger.on('error', () => undefined);
  try {
    await stranger.connect();
    await stranger.exists(key);
    return true;
  } catch (error) {
    // Any other refusal, as while it loads its data, comes from a server that has let us in.
    return error instanceof Error && error.name === 'ReplyError' && !SHUT_OUT.test(error.message);
  } finally {
    stranger.disconnect();
  }
}

function withoutCertificate(tls: RedisOptions['tls']): RedisOptions['tls'] {
  if (typeof tls !== 'object') return tls;
  const { cert: _, key: __, pfx: ___, passphrase: ____, ...others } = tls;
  return others;
}
