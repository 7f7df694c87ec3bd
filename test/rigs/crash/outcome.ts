import type { Redis } from 'ioredis';
import { parseFiring } from '../../../src/model/firing.ts';
import { storeOf } from '../../../src/redis/store.ts';
import { consume } from '../chaos/consumer.ts';
import { asDecided, drained, jobsOf, pendingOf } from '../chaos/ledger.ts';
import { TAKEN } from '../chaos/verdict.ts';
import { QUEUES } from './scenario.ts';

/** All that must come out the same whatever happened to workers. */
export type Outcome = Readonly<{
  /** The ledger in its order, without what depends on when it was decided. */
  firings: readonly string[];
  /** Ids of all jobs that were ever put into a queue, as often as they were. */
  jobs: readonly string[];
  /** Dead letters: where they come from and why. */
  letters: readonly string[];
}>;

export async function outcomeOf(redis: Redis, namespace: string): Promise<Outcome> {
  const { firings, dead } = storeOf(namespace).keys;
  const ledger = (await redis.xrange(firings, '-', '+')).filter(([, [field]]) => field === 'firing');
  const taken = QUEUES.map((queue) => redis.lrange(`{${namespace}}:${TAKEN}:${queue}`, 0, -1));
  const letters = await redis.xrange(dead, '-', '+');
  return {
    firings: ledger.map(([, fields]) => JSON.stringify(asDecided(parseFiring(fields)))),
    jobs: [...(await jobsOf(redis, namespace, QUEUES)), ...(await Promise.all(taken)).flat()].sort(),
    letters: letters
      .map(([, fields]) => `${fields[fields.indexOf('source') + 1]} ${fields[fields.indexOf('reason') + 1]}`)
      .sort(),
  };
}

/** Has the queues emptied, as their users would: what is added again then is added twice. */
export async function empty(redis: Redis, namespace: string): Promise<void> {
  await consume(redis, namespace, QUEUES, QUEUES);
}

/** Whether everything is applied, settled and handed on, and nobody holds anything. */
export async function quiet(redis: Redis, namespace: string): Promise<boolean> {
  const { due } = storeOf(namespace).keys;
  const [seconds] = await redis.time();
  if ((await redis.zcount(due, '-inf', Number(seconds) * 1_000)) > 0) return false;
  return (await drained(redis, namespace)) && (await pendingOf(redis, namespace)) === 0;
}

/** What is wrong with one outcome, where the other one is right. */
export function differences(found: Outcome, right: Outcome): string[] {
  const wrong: string[] = [];
  for (const part of ['firings', 'jobs', 'letters'] as const) {
    const [has, wants] = [found[part], right[part]];
    const missing = wants.filter((line) => !has.includes(line));
    const extra = has.filter((line, at) => !wants.includes(line) || has.indexOf(line) !== at);
    for (const line of missing) wrong.push(`missing in ${part}: ${line.slice(0, 200)}`);
    for (const line of extra) wrong.push(`too much in ${part}: ${line.slice(0, 200)}`);
    if (missing.length + extra.length === 0 && has.join('\n') !== wants.join('\n'))
      wrong.push(`other order of ${part}`);
  }
  return wrong;
}
