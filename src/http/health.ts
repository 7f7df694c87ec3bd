import type { Clock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import type { Measures } from '../measure/measures.ts';
import { type HttpRoute, sentence } from './server.ts';

/** How long a round of a loop may take, or come late: far above the longest that any needs. */
const STALLED_MS = 60_000;

/** How long Redis may take to answer before it counts as away: probes of Kubernetes wait for a second where nobody says otherwise. */
const REACH_MS = 800;

export type HealthParts = Readonly<{
  measures: Measures;
  clock: Clock;
  /** Names of the parts that this process was started for. */
  parts: readonly string[];
  /** Resolves when Redis answers. */
  ping: () => Promise<void>;
}>;

/**
 * `/livez`: whether this process has to be started anew, which helps where a loop stands still although Redis answers. `/readyz`: whether
 * it takes part.
 */
export function healthRoutes(parts: HealthParts): readonly HttpRoute[] {
  return [
    { path: '/livez', answer: async () => said(await deadReason(parts), 'alive') },
    { path: '/readyz', answer: async () => said(await unreadyReason(parts), 'ready') },
  ];
}

function said(reason: string | null, well: string): ReturnType<typeof sentence> {
  return reason === null ? sentence(200, well) : sentence(503, reason);
}

async function deadReason({ measures, clock, ping }: HealthParts): Promise<string | null> {
  const stalled = measures.pulse.stalled(clock.nowMs(), STALLED_MS);
  // While Redis is away, all loops wait for it: a new process would wait as well.
  if (stalled.length === 0 || (await unreachable(ping)) !== null) return null;
  return `stands still for more than ${STALLED_MS / 1_000} s: ${stalled.join(', ')}`;
}

async function unreadyReason({ measures, clock, parts, ping }: HealthParts): Promise<string | null> {
  return measures.parts.reason(parts, clock.nowMs()) ?? (await unreachable(ping));
}

/** Why Redis cannot be used now; null when it answers in time. */
export async function unreachable(ping: () => Promise<void>): Promise<string | null> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`Redis did not answer within ${REACH_MS / 1_000} s`), REACH_MS);
  const answered = ping().then(
    () => null,
    (error: unknown) => `Redis does not answer: ${reasonOf(error)}`,
  );
  try {
    return await Promise.race([answered, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
