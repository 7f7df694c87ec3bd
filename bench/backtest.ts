import { backtest } from '../src/replay/backtest.ts';
import { costs, drain } from './drain.ts';
import { define, empty, endOf, logOf, STORE } from './engine.ts';
import { inPairs, type Sample, serverCpu } from './measure.ts';
import type { Context, Result } from './result.ts';
import { counted, counters } from './shop.ts';

const AUTOMATIONS = 1_000;

/** A replay of a log that gives its ledger again, beside one worker that applied it: on the same server, into another namespace. */
export async function run(context: Context): Promise<Result[]> {
  const events = context.short ? 30_000 : 200_000;
  let applied: Sample | null = null;
  const live = async (): Promise<Sample> => {
    await empty(context);
    await define(context.redis, counters(AUTOMATIONS));
    const before = logOf(Math.floor(events / 4), 0, (i) => counted(i, AUTOMATIONS, 'w'));
    const log = logOf(events, endOf(before), (i) => counted(i, AUTOMATIONS, ''));
    applied = await drain(context, 1, before, log);
    return applied;
  };
  const compared = await inPairs(
    context.pairs,
    async () => {
      if (applied === null) await live();
      return await replayed(context);
    },
    live,
  );
  return [
    {
      name: '`watchfire backtest` of what was recorded, 1,000 automations',
      value: compared.value,
      unit: 'events/s',
      better: 'more',
      against: 'one worker that applies the same log',
      base: compared.base,
      ratio: compared.ratio,
      targets: [{ of: 'ratio', bound: 0.5 }],
      note: `${compared.note}; the worker ${compared.baseNote}`,
    },
  ];
}

async function replayed({ redis }: Context): Promise<Sample> {
  const live = { connections: { redis }, store: STORE };
  const [serverBefore, ownBefore] = [await serverCpu(redis), process.cpuUsage()];
  const { entries, tookMs, same } = await backtest(live, { redis, namespace: 'bench-replayed' });
  if (same === null || same.extra.length + same.missing.length > 0) throw new Error('the ledger is another one');
  const spent = process.cpuUsage(ownBefore);
  const cost = costs({ server: (await serverCpu(redis)) - serverBefore, own: spent.user + spent.system }, entries);
  const keys = await redis.keys('{bench-replayed}:*');
  if (keys.length > 0) await redis.unlink(...keys);
  return { value: (entries / tookMs) * 1_000, note: cost };
}
