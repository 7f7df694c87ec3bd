import type { Logger } from 'pino';
import type { Settings } from './config.ts';
import { Watchfire } from './engine.ts';
import { lostConnection, type OpenOptions, openRedis } from './redis/open.ts';
import { naming } from './redis/wrong-types.ts';

export { addressAdvice, isAddress, publicUrl } from './redis/address.ts';

/** Which engine is meant: where its Redis is, and all of its settings; and why a person changes it, where somebody says so. */
export type Target = Readonly<{
  url: string;
  tls?: { ca?: string; cert?: string; key?: string };
  settings: Settings;
  reason?: string;
}>;

/**
 * Works on an engine whose connection gives up instead of waiting: when Redis cannot be reached, when it goes away or falls
 * silent, and when `signal` is aborted. A patient one heeds the signal itself.
 * @throws RedisUnreachable
 */
export async function withEngine<T>(
  { url, tls, settings, reason }: Target,
  signal: AbortSignal,
  use: (watchfire: Watchfire) => Promise<T>,
  { patient = false }: Pick<OpenOptions, 'patient'> = {},
): Promise<T> {
  const redis = await openRedis(url, signal, { patient, ...(tls && { tls }) });
  const giveUp = (): void => redis.disconnect();
  if (!patient) signal.addEventListener('abort', giveUp);
  const watchfire = new Watchfire({ redis, ...settings, ...(reason !== undefined && { reason }) });
  try {
    return await naming(redis, watchfire.store, () => use(watchfire));
  } catch (error) {
    throw lostConnection(url, error);
  } finally {
    signal.removeEventListener('abort', giveUp);
    await watchfire.close();
    redis.disconnect();
  }
}

/**
 * An engine that lasts: Redis must answer now; later its connections wait for it to come back. The caller closes it.
 * @throws RedisUnreachable
 */
export async function lastingEngine(
  { url, tls, settings }: Target,
  logger: Logger,
  signal: AbortSignal,
): Promise<Watchfire> {
  const probe = await openRedis(url, signal, tls && { tls });
  probe.disconnect();
  return new Watchfire({ redis: url, ...(tls && { tls }), ...settings, logger });
}
