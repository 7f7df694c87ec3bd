import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { commandLine, usageOf } from '../../support/usage.ts';
import { type Extent, variableOf } from '../extent.ts';

/** Everything that takes too long for `npm test`, by its name: `npm run proof -- PART [OPTION…]`. */
type Part = Readonly<{ what: string } & ({ program: string } | { tests: string; whole: Extents })>;

/** How much of it is done where nothing else is said. */
type Extents = Partial<Readonly<Record<Extent, number>>>;

const PARTS: Readonly<Record<string, Part>> = {
  compare: {
    what: 'random scenarios: the engine does what the reference model does (--from: goes on where a run was cut off)',
    program: './random.ts',
  },
  properties: {
    what: 'random histories: no absence fires for what was there, and late events end with the same alerts',
    tests: 'test/oracle/properties.test.ts',
    whole: { runs: 20_000 },
  },
  traces: {
    what: 'every recorded scenario in chunks of 1, 7 and 100 entries (--share 0.1: a random tenth in those of 1 and 7)',
    tests: 'test/traces/traces.test.ts',
    whole: { share: 1 },
  },
  partitions: {
    what: 'recorded and random scenarios in 1, 4 and 16 partitions fire what they fire without (--share 0.1: a random tenth)',
    tests: 'test/traces/partitions.test.ts',
    whole: { share: 1, runs: 10_000 },
  },
  repartition: {
    what: 'random scenarios that are repartitioned on the way fire what they fire where nobody does, but for what hears of firings',
    tests: 'test/repartition/law.test.ts',
    whole: { runs: 2_000 },
  },
  feed: {
    what: 'a model of the feed, and each of its rules left out once: late, doubled, lost calls, crashes, failovers of both sides',
    tests: 'test/rigs/proof/feed.test.ts',
    whole: { runs: 20_000 },
  },
  crash: {
    what: 'the crash matrix: every call of a worker x all that can become of it (--share 0.1: a random tenth)',
    tests: 'test/rigs/crash/crash.test.ts',
    whole: { share: 1 },
  },
  determinism: {
    what: 'one ledger, whatever the number of workers and the size of chunks, through kills and restarts',
    tests: 'test/rigs/proof/determinism.test.ts',
    whole: { entries: 2_000, cells: 9 },
  },
  matrix: {
    what: 'the ledger of each of 4 partitions follows from its log: three workers, two killed, chunks of any size',
    tests: 'test/rigs/proof/partition-matrix.test.ts',
    whole: { entries: 3_000 },
  },
  backtest: {
    what: 'a replay of a log gives its ledger again, with all that was changed on the way; also where its front was trimmed',
    tests: 'test/replay/backtest.test.ts',
    whole: { entries: 20_000 },
  },
  kill: {
    what: 'four workers, one killed every half second, do what one does',
    tests: 'test/rigs/chaos/kill.test.ts',
    whole: { seconds: 60 },
  },
  ids: {
    what: 'nothing is left of millions of remembered ids',
    tests: 'test/lua/forget-ids.test.ts',
    whole: { hashes: 2_097_152 },
  },
  keys: {
    what: 'others delete, write over and falsify each key that stands alone: it is named, and the engine goes on',
    tests: 'test/services/damaged-keys.test.ts',
    whole: { share: 1 },
  },
  attack: { what: 'what producers, other users and hostile documents try ([NAME…])', program: '../attack/main.ts' },
  console: {
    what: 'the console in a browser: each page beside the engine, what a hostile text or page can do (needs Chromium)',
    program: '../console/main.ts',
  },
  trouble: {
    what: 'a shop in which one of ten things is wrong, to be found from its console alone; --each finds them in Chromium',
    program: '../trouble/main.ts',
  },
  chaos: { what: 'kills workers and servers, recomputes every firing', program: '../chaos/main.ts' },
  backup: { what: 'copies of RDB and AOF under load, started elsewhere: the ledger of then', program: './backup.ts' },
  cluster: {
    what: 'a Redis Cluster under load: kills and cuts off primaries, moves slots, kills workers (--seconds 60)',
    program: '../cluster/main.ts',
  },
  places: {
    what: 'each kind of URL with real servers, sentinels and certificates: an engine fires, also behind a failover (needs openssl)',
    program: '../places/main.ts',
  },
  deliveries: {
    what: 'kills what carries out actions: each arrives, each duplicate has a reason',
    program: '../deliveries/main.ts',
  },
  sources: {
    what: 'streams elsewhere come in once and in order while programs, workers and servers are killed; no absence is false',
    program: '../sources/main.ts',
  },
  docs: { what: 'what pages print below their commands is what these print', program: '../docs/main.ts' },
  brokers: {
    what: 'programs that bring in from MQTT, Prefect, NATS and Kafka, killed on the way (needs npm; the last two Go)',
    program: '../brokers/main.ts',
  },
  fuzz: { what: 'hostile entries: each has an outcome', program: '../fuzz/main.ts' },
  cel: { what: 'random conditions: cel-go answers them the same (needs Go)', program: './cel.ts' },
  clients: {
    what: 'producers and consumers in Python, Go, Java, Ruby and PHP, and their partitions (needs them)',
    program: './clients.ts',
  },
  metrics: {
    what: 'a Prometheus scrapes a healthy engine and staged failures: each fires its rule (needs Debian, or Prometheus)',
    program: './metrics.ts',
  },
  deploy: { what: 'the manifests for Kubernetes, by its types (needs the registry of npm)', program: './deploy.ts' },
  package: { what: 'what npm installs: each combination of peers, the oldest Nodes', program: '../package/main.ts' },
  prefect: {
    what: 'what a real Prefect exports is loaded, and handlers run its deployments (needs Python)',
    program: '../prefect/main.ts',
  },
  'prefect-redis': {
    what: 'a real Prefect whose messages go through Redis: Watchfire on its stream fires what Prefect fires (needs Python)',
    program: '../prefect/beside.ts',
  },
  soak: { what: 'an hour under load: memory stays flat', program: '../soak/main.ts' },
  mutate: { what: 'breaks each rule and each protection: the tests have to notice', program: '../mutate/main.ts' },
  durability: { what: 'what each durability mode loses ([ROUNDS]; needs strace)', program: './durability.ts' },
  waitaof: { what: 'whether WAITAOF of this server can be believed ([ROUNDS]; needs strace)', program: './waitaof.ts' },
};

const VITEST = path.join(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs');

const width = Math.max(...Object.keys(PARTS).map((name) => name.length));
const USAGE = [
  'npm run proof -- PART [OPTION…], the options of a part by `npm run proof -- PART --help`',
  '',
  ...Object.entries(PARTS).map(([name, { what }]) => `  ${name.padEnd(width)}  ${what}`),
].join('\n');

/** What the command line says beside what is done by itself. @throws TypeError for what is unknown or no number */
function extentsOf(whole: Extents, args: readonly string[]): Extents {
  const names = [...Object.keys(whole), 'seed'];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const given = Object.entries(values).map(([name, value]) => {
    if (value === '' || !Number.isFinite(Number(value))) throw new TypeError(`--${name} must be a number`);
    return [name, Number(value)];
  });
  return { seed: Date.now() % 1_000_000_000, ...whole, ...Object.fromEntries(given) };
}

/** Runs test files to the extent that is asked for. @returns the exit status */
async function runTests(tests: string, extents: Extents): Promise<number> {
  const said = Object.entries(extents).map(([name, value]) => [variableOf(name as Extent), String(value)]);
  const child = spawn(process.execPath, [VITEST, 'run', tests], {
    env: { ...process.env, ...Object.fromEntries(said) },
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; what else ends this ends that.
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, () => child.kill(name));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const [name = '', ...args] = process.argv.slice(2);
const part = PARTS[name];
if (part === undefined) {
  process.stdout.write(`${USAGE}\n`);
  process.exitCode = name === '' || name === '--help' ? 0 : 2;
} else if ('program' in part) {
  process.argv.splice(2, 1);
  await import(part.program);
} else {
  const { tests, whole } = part;
  const usage = usageOf(`npm run proof -- ${name}`, { ...whole, seed: 'random' });
  process.exitCode = await runTests(
    tests,
    commandLine(usage, () => extentsOf(whole, args)),
  );
}
