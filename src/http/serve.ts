import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Measures } from '../measure/measures.ts';
import { version } from '../version.ts';
import type { Listening } from './address.ts';
import { type Observed, readGauges } from './gauges.ts';
import { healthRoutes } from './health.ts';
import { metricsRoute } from './metrics-page.ts';
import { answererOf, type HttpParts, type PathAnswerer, startHttp } from './server.ts';

/** Whose process it is. */
export type ServeParts = Readonly<{
  measures: Measures;
  clock: Clock;
  logger: Logger;
  namespace: string;
  /** Names of the parts that this process was started for. */
  parts: readonly string[];
  ping: () => Promise<void>;
  observed: Observed;
}>;

/** Answers what is asked of this process. @throws InvalidDocument for an address that is none, or cannot be had */
export async function serve(address: string, parts: ServeParts): Promise<Listening> {
  return await startHttp(address, routesOf(parts));
}

/** The same on a server of somebody else's. */
export function answersOf(parts: ServeParts, loopback: boolean): PathAnswerer {
  return answererOf(routesOf(parts), loopback);
}

function routesOf({ observed, logger, ...parts }: ServeParts): HttpParts {
  const { measures } = parts;
  for (const source of ['events', 'firings']) measures.deadLetters.add(source, '', 0);
  const metrics = metricsRoute({ ...parts, logger, version: version(), gauges: () => readGauges(observed) });
  return { logger, routes: [metrics, ...healthRoutes(parts)] };
}
