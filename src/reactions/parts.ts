import type { ActionsParts } from './actions.ts';
import { networksOf } from './addresses.ts';
import type { ActionsOptions } from './reactor.ts';
import { WatchedTargets } from './watched-targets.ts';
import { WayOut } from './way-out.ts';

/** What carries out actions is made of. @throws InvalidDocument */
export function actionsOf(
  { targets: file = process.env.WATCHFIRE_TARGETS, allowNet = [], concurrency }: ActionsOptions,
  given: Pick<ActionsParts, 'redis' | 'store' | 'clock' | 'logger' | 'lines' | 'measures' | 'handlers' | 'admit'>,
): Omit<ActionsParts, 'connection'> {
  const targets = new WatchedTargets({ file: file || null, env: process.env, logger: given.logger });
  const way = new WayOut({ allowed: networksOf(allowNet) });
  return { ...given, targets, way, ...(concurrency === undefined ? {} : { concurrency }) };
}
