import { inject, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { parseSettings, type Settings } from '../../src/config.ts';
import { Connections } from '../../src/redis/connection.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { Worker } from '../../src/services/worker.ts';
import { eventually } from './eventually.ts';
import type { LiveWorld } from './live-world.ts';
import { type Line, logLines } from './log-lines.ts';

export type Crew = { workers: Worker[]; lines: Line[]; stop: () => Promise<void> };

/** Workers with connections of their own, as in as many processes. */
export async function crew(
  world: LiveWorld,
  count = 1,
  settings: Partial<Settings> = {},
  url = inject('redisUrl'),
): Promise<Crew> {
  const { logger, lines } = logLines();
  const members = Array.from({ length: count }, () => {
    const connections = new Connections(url, logger);
    const parsed = parseSettings({ namespace: world.namespace, ...settings });
    return {
      connections,
      worker: new Worker({ connections, store: world.store, settings: parsed, clock: systemClock, logger }),
    };
  });
  let stopped: Promise<void> | undefined;
  const finish = async (): Promise<void> => {
    await Promise.all(members.map(({ worker }) => worker.stop()));
    await Promise.all(members.map(({ connections }) => connections.close()));
  };
  const stop = (): Promise<void> => {
    stopped ??= finish();
    return stopped;
  };
  onTestFinished(stop);
  await Promise.all(members.map(({ worker }) => worker.ready()));
  return { workers: members.map(({ worker }) => worker), lines, stop };
}

/** All is applied, and all that is due by now has come out. */
export async function settled(world: LiveWorld): Promise<void> {
  await eventually('the log is applied', async () => (await world.waiting()).length === 0);
  while ((await settle(world.redis, world.store)).word === 'more-due');
  await eventually('the log is applied', async () => (await world.waiting()).length === 0);
}
