import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { obtainRedisServer, startRedisServer } from '../src/embedded/server.ts';
import * as absence from './absence.ts';
import * as apply from './apply.ts';
import * as backtest from './backtest.ts';
import * as catalogue from './catalogue.ts';
import * as cel from './cel.ts';
import * as composite from './composite.ts';
import * as console from './console.ts';
import * as disk from './disk.ts';
import * as early from './early.ts';
import * as failing from './failing.ts';
import * as firings from './firings.ts';
import * as globs from './globs.ts';
import * as ignore from './ignore.ts';
import * as instructions from './instructions.ts';
import * as latency from './latency.ts';
import * as memory from './memory.ts';
import * as metrics from './metrics.ts';
import * as patterns from './patterns.ts';
import * as peers from './peers/peers.ts';
import * as relay from './relay.ts';
import {
  type Found,
  falls,
  line,
  loadNow,
  machine,
  type Recorded,
  readRecord,
  shortRatios,
  versions,
  writeDocument,
  writeRecord,
} from './report.ts';
import * as restart from './restart.ts';
import type { Context, Part } from './result.ts';
import * as scale from './scale.ts';
import * as settling from './settling.ts';
import * as slices from './slices.ts';
import * as tests from './tests.ts';
import * as ways from './ways.ts';
import * as workers from './workers.ts';

const PARTS: readonly Part[] = [
  { name: 'apply', run: apply.run },
  { name: 'composite', run: composite.run },
  { name: 'ignore', run: ignore.run },
  { name: 'catalogue', run: catalogue.run },
  { name: 'globs', run: globs.run },
  { name: 'cel', run: cel.run },
  { name: 'failing', run: failing.run },
  { name: 'latency', run: latency.run },
  { name: 'absence', run: absence.run },
  { name: 'settling', run: settling.run },
  { name: 'early', run: early.run },
  { name: 'patterns', run: patterns.run },
  { name: 'workers', run: workers.run },
  { name: 'ways', run: ways.run },
  { name: 'firings', run: firings.run },
  { name: 'relay', run: relay.run },
  { name: 'memory', run: memory.run },
  { name: 'disk', run: disk.run },
  { name: 'metrics', run: metrics.run },
  { name: 'restart', run: restart.run },
  { name: 'slices', run: slices.run },
  { name: 'tests', run: tests.run },
  { name: 'backtest', run: backtest.run },
  { name: 'console', run: console.run },
  { name: 'scale', run: scale.run, apart: true },
  { name: 'instructions', run: instructions.run, apart: true },
  { name: 'peers', run: peers.run, apart: true },
];

/** Parts that need nothing but what the project installs: those that run when none is named, and that docs/benchmarks.md shows. */
const OWN = PARTS.filter(({ apart }) => !apart);

/** Comparisons for each figure. */
const PAIRS = 3;

/** Comparisons of what seems to have fallen: by one alone it may be that the machine did something else just then. The median counts. */
const PAIRS_OF_FALLEN = 5;

const USAGE = `npm run bench [-- PART… --short --json --record --check --pairs N]

  PART      ${OWN.map(({ name }) => name).join(' ')}; none: all of these
            instructions: of Node for an event; needs valgrind, takes half an hour
            scale: what an event costs front log, partitions and global partition; writes the line of capacity into docs/scaling.md
            peers: Flink CEP, Esper and Prefect beside Watchfire; writes docs/performance.md, needs Java, Maven and Python
  --short   small sizes, one pair each; docs/benchmarks.md stays as it is
  --json    the results as JSON on standard output
  --record  with --short: keeps the ratios for --check
  --check   with --short: fails when a ratio is less than half as good as the recorded one
  --pairs   comparisons for each figure; otherwise ${PAIRS}, and one with --short
`;

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);

/** Answers the exit status. */
async function main(): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const number = { type: 'string' } as const;
  const options = { short: flag, json: flag, record: flag, check: flag, pairs: number, help: flag };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name));
  if (values.help || unknown.length > 0) {
    say(unknown.length > 0 ? `there is no part ${unknown.join(', ')}\n\n${USAGE}` : USAGE);
    return unknown.length > 0 ? 2 : 0;
  }
  const pairs = Number(values.pairs ?? (values.short ? 1 : PAIRS));
  if (!Number.isInteger(pairs) || pairs < 1) {
    say(`--pairs is a whole number from 1 on, not ${values.pairs}`);
    return 2;
  }
  const parts = positionals.length === 0 ? OWN : PARTS.filter(({ name }) => positionals.includes(name));
  const server = await startRedisServer({ port: 0, dir: null, program: await obtainRedisServer(say) });
  const redis = new Redis(server.url);
  try {
    const context = { redis, url: server.url, short: values.short, pairs, say };
    const found = await measure(parts, context);
    const record = await readRecord();
    if (values.json) {
      const told = { machine: machine(), versions: await versions(redis), parts: Object.fromEntries(found) };
      process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    }
    const fallen = values.check ? await fallenOf(parts, found, record, context) : [];
    for (const sentence of fallen) say(`fallen: ${sentence}`);
    const own = new Map([...found].filter(([name]) => OWN.some((part) => part.name === name)));
    if (values.short && values.record) {
      await writeRecord({ ...record, short: { ...record.short, ...shortRatios(own) } });
    } else if (!values.short && own.size > 0) {
      await keep(own, record, redis);
    }
    return fallen.length === 0 ? 0 : 1;
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

/** What has fallen, also by the median of more comparisons. */
async function fallenOf(
  parts: readonly Part[],
  found: ReadonlyMap<string, Found>,
  record: Recorded,
  context: Context,
): Promise<string[]> {
  const fallsOf = (name: string): string[] => falls(new Map([...found].filter(([one]) => one === name)), record);
  const suspects = parts.filter(({ name }) => fallsOf(name).length > 0);
  for (const { name } of suspects) for (const sentence of fallsOf(name)) context.say(`measured again: ${sentence}`);
  return falls(await measure(suspects, { ...context, pairs: Math.max(context.pairs, PAIRS_OF_FALLEN) }), record);
}

/** Records what the whole form found, beside what the last one found on the other parts, and writes the page anew. */
async function keep(found: ReadonlyMap<string, Found>, record: Recorded, redis: Redis): Promise<void> {
  const order = OWN.map(({ name }) => name);
  const all = Object.entries({ ...record.parts, ...Object.fromEntries(found) });
  all.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const whole = { ...record, machine: machine(), versions: await versions(redis), parts: Object.fromEntries(all) };
  await writeRecord(whole);
  await writeDocument(whole);
}

async function measure(parts: readonly Part[], context: Context): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const { name, run } of parts) {
    const before = loadNow();
    const results = await run(context);
    found.set(name, { when: new Date().toISOString().slice(0, 10), load: [before, loadNow()], results });
    for (const result of results) context.say(line(name, result));
  }
  return found;
}

process.exitCode = await main();
