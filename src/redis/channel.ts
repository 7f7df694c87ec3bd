import type { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** Whether a message would leave at once: while Redis is away, messages would pile up. */
export function isReady(redis: Redis): boolean {
  return redis.status === 'ready';
}

/**
 * The channel on which the workers of a namespace speak. Channels belong to no database, so that two engines of one name in two
 * databases would hear each other: but in the first one, the number of the database stands behind the name.
 */
export function liveChannelOf(redis: Redis, { keys }: Pick<Store, 'keys'>): string {
  const { db = 0 } = redis.options;
  return db === 0 ? keys.live : `${keys.live}:${db}`;
}

/** Sends a message to all that listen to the channel now; a message that is lost is lost. */
export function tellChannel(redis: Redis, channel: string, message: string): void {
  redis.publish(channel, message).catch(() => undefined);
}

/** Hears what is said in these channels from now on. @param connection one of its own, which the caller closes */
export async function hearChannels(
  connection: Redis,
  channels: readonly string[],
  hear: (channel: string, message: string) => void,
): Promise<void> {
  connection.on('message', hear);
  await connection.subscribe(...channels);
}
