import { type Cluster, Redis, type RedisOptions } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { addressAdvice, isAddress, publicUrl } from './address.ts';
import { clientOf, withoutOrphans } from './client.ts';
import { clusterOf, firstNodeOf } from './cluster.ts';
import { patient } from './patient.ts';
import { redact } from './redact.ts';

/** Delay before the next attempt to reach Redis again: doubles up to this. */
const LONGEST_RECONNECT_MS = 2_000;

/**
 * How long a connection that was closed may take to say good-bye. The client waits for it even when the server has gone
 * already, and by default for 2 s, which would hold up the end of the process.
 */
export const FAREWELL_MS = 100;

/**
 * Options of every connection. Commands wait for Redis to come back instead of failing: each is safe to
 * repeat, because a position, a generation or a derived id makes the second one a no-op.
 */
export function ownOptions(name: string): RedisOptions {
  return {
    connectionName: name,
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    disconnectTimeout: FAREWELL_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RECONNECT_MS),
  };
}

/** A URL, options of ioredis, or a client: of one server, or of a cluster. */
export type Server = string | RedisOptions | Redis | Cluster;

/** By what it can do, not by its class: a program may have its own copy of ioredis. */
export function isClient(target: Server): target is Redis | Cluster {
  return typeof target === 'object' && 'duplicate' in target && typeof target.duplicate === 'function';
}

/** The client of what was given. @throws InvalidDocument when the URL is not one of Redis */
export function clientFor(target: Server, tls: RedisOptions['tls']): Redis {
  if (isClient(target)) {
    const cluster = clusterOf(target);
    if (cluster !== null) withoutOrphans(cluster);
    return target as Redis;
  }
  const own = ownOptions('watchfire');
  if (typeof target !== 'string') return redact(new Redis({ ...own, ...target }));
  // Node's own error would show the password.
  if (!isAddress(target)) {
    throw new InvalidDocument('redis', `must be a URL of redis: or rediss:${addressAdvice(target)}`, publicUrl(target));
  }
  const client = redact(clientOf(target, { ...own, ...(tls === undefined ? {} : { tls }) }));
  return hasSentinels(client) ? patient(client) : client;
}

function hasSentinels(client: Redis): boolean {
  return clusterOf(client) === null && Boolean(client.options.sentinels);
}

/** What a client says of the keys it is given, and of the database it uses. */
export function optionsOf(client: Redis): RedisOptions {
  const cluster = clusterOf(client);
  return cluster === null ? client.options : { ...cluster.options.redisOptions, ...cluster.options };
}

/** Where a client goes, in words for people. */
export function addressOf(client: Redis): string {
  const cluster = clusterOf(client);
  if (cluster !== null) {
    const { host, port } = firstNodeOf(cluster);
    return `the cluster of ${host}:${port}`;
  }
  const { path, host, port, sentinels, name } = client.options;
  return sentinels ? `the master ${name} of the sentinels` : (path ?? `${host}:${port}`);
}
