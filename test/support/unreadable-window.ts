import type { World } from './world.ts';

/** Writes over the window that an automation has for a key: every entry that meets it fails by itself. @returns what removes it */
export async function unreadableWindow(world: World, automation: string, key: string): Promise<() => Promise<unknown>> {
  const windows = world.store.prefixes.windows + (await world.node(automation)).name;
  await world.redis.hset(windows, key, 'no window');
  return () => world.redis.hdel(windows, key);
}
