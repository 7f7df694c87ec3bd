import { vi } from 'vitest';

/**
 * In this process the scripts run with their records checked: an unknown field of one is an error. Programs that a test starts
 * run them as they are.
 */
vi.mock('../../src/redis/script.ts', async (original) => {
  const real = await original<typeof import('../../src/redis/script.ts')>();
  const { checkedReader } = await import('./checked-scripts.ts');
  const read = checkedReader(real.LUA_FOLDER);
  return {
    ...real,
    loadScript: (...[name, expected, given]: Parameters<typeof real.loadScript>) =>
      real.loadScript(name, expected, given ?? read),
  };
});
