import type { RedisOptions } from 'ioredis';
import { DEFAULT_REDIS_URL, parseSettings } from '../config.ts';
import type { ScenarioDocument } from '../documents/given.ts';
import { parseScenario, type ScenarioAnswer } from './scenario.ts';

/** Where scenarios run. */
export type SimulateOptions = Readonly<{
  /** URL of a Redis; what is put there is removed at the end. Without it the one of `npm start` */
  redis?: string;
  /** With a URL that begins with rediss: what Node's TLS takes */
  tls?: RedisOptions['tls'];
  /** Aborted: the scenario ends with an error at its next step */
  signal?: AbortSignal;
}>;

/**
 * Runs a scenario on the real engine in virtual time, in a namespace that nobody else has, and tells what fired: for tests of automations.
 *
 * ```ts
 * import { simulate } from 'watchfire';
 *
 * const answer = await simulate({
 *   name: 'a failure',
 *   automations: [{ id: 'a', name: 'failures', trigger: { posture: 'Reactive', expect: ['order.failed'] } }],
 *   timeline: [{ at: '2026-03-02T09:00:00Z', event: { event: 'order.failed', resource: { id: 'customer.7' } } }],
 * });
 * if ('firings' in answer) console.log(answer.firings.length);
 * ```
 *
 * @throws InvalidDocument when it is no scenario; an automation in error is an answer
 * @throws RedisUnreachable
 */
export async function simulate(
  scenario: ScenarioDocument,
  { redis = DEFAULT_REDIS_URL, tls, signal = new AbortController().signal }: SimulateOptions = {},
): Promise<ScenarioAnswer> {
  const parsed = parseScenario(scenario);
  // Loaded here only: a program in production simulates nothing.
  const { Scratch } = await import('./scratch.ts');
  const scratch = await Scratch.open(
    { url: redis, chunkSize: parseSettings({}).chunkSize, ...(tls && { tls }) },
    signal,
  );
  try {
    return await scratch.simulate('0', parsed);
  } finally {
    await scratch.close();
  }
}
