import { loadNow, machine } from '../report.ts';
import type { Context, Result } from '../result.ts';
import { esper } from './esper/esper.ts';
import { flinkHeap, flinkRocks } from './flink/flink.ts';
import { type Row, writePage } from './page.ts';
import { prefect } from './prefect/prefect.ts';
import { tellsProcessorTime } from './processor.ts';
import { prepared, type Runner, round } from './rounds.ts';
import type { System } from './system.ts';
import { besides, medianSpeed } from './verdict.ts';
import { watchfire } from './watchfire.ts';

const OTHERS: readonly System[] = [flinkHeap, flinkRocks, esper, prefect];

/** Watchfire and other systems on the same work, in turns. The whole form writes docs/performance.md when all of them took part. */
export async function run(context: Context): Promise<Result[]> {
  if (!tellsProcessorTime()) throw new Error('peers: processor time is read from /proc, and this system has none');
  const before = loadNow();
  let runners = await prepared(context, [watchfire, ...OTHERS]);
  for (let number = 0; number < context.pairs; number += 1) runners = await round(context, number, runners);
  const own = runners.find(({ system }) => system === watchfire);
  if (own === undefined) throw new Error('peers: there is nothing to compare with, Watchfire itself was refused');
  const rows = [own, ...runners.filter((runner) => runner !== own)].map((runner) => rowOf(runner, own));
  if (context.short) return rows.flatMap((row) => resultsOf(row, rows[0]));
  if (runners.length > OTHERS.length) {
    const when = new Date().toISOString().slice(0, 10);
    await writePage({ machine: machine(), when, load: [before, loadNow()], rounds: context.pairs, rows });
  } else {
    context.say('peers: docs/performance.md stays as it is, since not all systems took part');
  }
  return rows.flatMap((row) => resultsOf(row, rows[0]));
}

function rowOf(runner: Runner, own: Runner): Row {
  const { system, ready, speeds } = runner;
  const { name, keeps, whole, bounds } = system;
  const row = { name, version: ready.version, keeps, events: whole.events, bounds };
  if (runner === own) return { ...row, speed: medianSpeed(speeds), ratio: null };
  return { ...row, ...besides(own.speeds, speeds) };
}

/** The rate and the processor time of Watchfire, beside those of another system. */
function resultsOf({ name, version, speed, ratio, bounds }: Row, own: Row | undefined): Result[] {
  if (ratio === null || own === undefined) return [];
  const result = (of: 'rate' | 'processor', unit: string, better: 'more' | 'less'): Result => ({
    name: of === 'rate' ? 'one durable worker' : 'processor time of one durable worker and its Redis',
    value: own.speed[of],
    unit,
    better,
    against: `${name} ${version}`,
    base: speed[of],
    ratio: ratio[of],
    targets: bounds[of] === undefined ? [] : [{ of: 'ratio', bound: bounds[of] }],
    fragile: true,
    note: '',
  });
  return [result('rate', 'events/s', 'more'), result('processor', 'µs/event', 'less')];
}
