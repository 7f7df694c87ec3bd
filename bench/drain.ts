import { appear, type Log, untilApplied, withWorkers } from './engine.ts';
import { type Costs, type Sample, serverCpu, timed } from './measure.ts';
import type { Program } from './program.ts';
import type { Context } from './result.ts';

/** `serverUs`: processor time of Redis an event, in µs. */
export type Drained = Sample & Readonly<{ serverUs: number }>;

/** What each of so many things cost. */
export const each = ({ server, own }: Costs, count: number): Costs => ({ server: server / count, own: own / count });

/**
 * Events a second that `count` running workers apply: they have applied `before`, then all of `log` is there at once.
 * The remark says what an event costs in processor time. `unmeasured`: they keep neither metrics nor history.
 */
export async function drain(
  context: Context,
  count: number,
  before: Log,
  log: Log,
  how: 'start' | 'unmeasured' = 'start',
): Promise<Drained> {
  const { redis } = context;
  return await withWorkers(context, count, async (workers) => {
    await appear(redis, before);
    await Promise.all(workers.map((worker) => worker.ask(how)));
    await untilApplied(redis, before);
    const own = await spentBy(workers);
    const server = await appear(redis, log);
    const ms = await timed(() => untilApplied(redis, log));
    const spent = { server: (await serverCpu(redis)) - server, own: (await spentBy(workers)) - own };
    return {
      value: (log.length / ms) * 1_000,
      note: costs(spent, log.length),
      costs: each(spent, log.length),
      serverUs: spent.server / log.length,
    };
  });
}

/** Processor time of programs so far, in µs. */
export async function spentBy(programs: readonly Program[]): Promise<number> {
  const usages = await Promise.all(programs.map((program) => program.usage()));
  return usages.reduce((sum, { cpu }) => sum + cpu, 0);
}

/** What each of so many things cost, as a remark. */
export function costs(spent: Costs, count: number): string {
  return `Redis ${(spent.server / count).toFixed(1)} µs, Node ${(spent.own / count).toFixed(1)} µs`;
}

/** Measures what is spent meanwhile by the server and by one program, for each of `count`. */
export async function withCosts(
  { redis }: Context,
  program: Program,
  count: number,
  work: () => Promise<number>,
): Promise<Sample> {
  const before = { server: await serverCpu(redis), own: await spentBy([program]) };
  const value = await work();
  const after = { server: await serverCpu(redis), own: await spentBy([program]) };
  const spent = { server: after.server - before.server, own: after.own - before.own };
  return { value, note: costs(spent, count), costs: each(spent, count) };
}
