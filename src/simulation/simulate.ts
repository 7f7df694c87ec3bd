import type { RedisOptions } from 'ioredis';
import { DEFAULT_REDIS_URL, parseSettings } from '../config.ts';
import type { ScenarioDocument } from '../documents/given.ts';
import { PROGRAM_ADVICE } from '../redis/open.ts';
import { parseScenario, type ScenarioAnswer } from './scenario.ts';

/** Where scenarios run. */
export type SimulateOptions = Readonly<{
  /**
   * URL of a Redis, with its password: `redis://:PASSWORD@host:port`. What is put there is removed at the end. Default:
   * "redis://127.0.0.1:6390" without a password; the Redis of `npm start` listens there too, and wants the one of `.watchfire/password`
   */
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
 * import { readFileSync } from 'node:fs';
 * import { simulate } from 'watchfire';
 *
 * const password = readFileSync('.watchfire/password', 'utf8'); // of the Redis that npm start runs
 * const answer = await simulate(
 *   {
 *     name: 'an order that nobody pays',
 *     automations: [{ id: 'a', name: 'unpaid', trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], within: '15m' } }],
 *     timeline: [
 *       { at: '2026-03-02T09:00:00Z', event: { event: 'placed', resource: { id: 'order.1' } } },
 *       { at: '2026-03-02T09:15:00Z', tick: true }, // without tick nothing is decided here
 *     ],
 *   },
 *   { redis: `redis://:${password}@127.0.0.1:6390` },
 * );
 * if ('firings' in answer) console.log(answer.firings.length); // 1
 * ```
 *
 * @throws InvalidDocument when it is no scenario; an automation in error is an answer
 * @throws RedisUnreachable saying where, why and what to do
 */
export async function simulate(
  scenario: ScenarioDocument,
  { redis = DEFAULT_REDIS_URL, tls, signal = new AbortController().signal }: SimulateOptions = {},
): Promise<ScenarioAnswer> {
  const parsed = parseScenario(scenario);
  // Loaded here only: a program in production simulates nothing.
  const { Scratch } = await import('./scratch.ts');
  const scratch = await Scratch.open(
    { url: redis, chunkSize: parseSettings({}).chunkSize, advice: PROGRAM_ADVICE, ...(tls && { tls }) },
    signal,
  );
  try {
    return await scratch.simulate('0', parsed);
  } finally {
    await scratch.close();
  }
}
