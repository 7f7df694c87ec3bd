import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { root } from '../../house/tree.ts';
import { PATIENCE_MS } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { commandLine } from '../../support/usage.ts';
import { type Check, checks } from '../checks.ts';
import { FAILURES, HEALTHY, type Stage, type Staged } from './metrics-stages.ts';
import { type PromTools, promTools } from './prom-tools.ts';

/*
 * A real Prometheus scrapes a healthy engine and one for each staged failure, every second, by the rules of deploy/prometheus with all durations
 * divided by 60, or 20 for the healthy one: each failure fires its rule, and the healthy engine none. `npm run proof -- metrics`
 */

const FOLDER = path.join(root, 'deploy/prometheus');
const RULES = path.join(FOLDER, 'watchfire.rules.yml');

/** How long a rule may take to fire: the longest of them looks back ten minutes and waits ten more, in a sixtieth of the time. */
const FIRES_BOUND_MS = Math.max(90_000, PATIENCE_MS);

/** By how much durations are divided where a failure has to fire its rule. */
const HURRY = 60;

/** The same where nothing must fire: a busy machine misses two scrapes of a second in a row, which is no failure of the engine. */
const HEALTHY_HURRY = 20;

/** How long an engine of which nothing is expected is looked at: longer than any rule takes. */
const HEALTHY_MS = 66_000;

type Rule = { alert: string; expr: string; for?: string };
type Rules = { groups: { name: string; rules: Rule[] }[] };
type Alert = Readonly<{ state: string; labels: Readonly<Record<string, string>> }>;

commandLine('npm run proof -- metrics', () => undefined);

/** The rules `by` times less patient: durations, and bounds of gauges that are durations. */
function hurried(rules: Rules, by: number): Rules {
  const seconds = (minutes: string): string => `${(Number(minutes) * 60) / by}s`;
  const groups = rules.groups.map(({ name, rules: each }) => ({
    name,
    rules: each.map((rule) => ({
      ...rule,
      expr: rule.expr
        .replace(/\[(\d+)m\]/g, (_, minutes) => `[${seconds(minutes)}]`)
        .replace(/_seconds\) > (\d+)/, (_, bound) => `_seconds) > ${Number(bound) / by}`),
      ...(rule.for && { for: seconds(rule.for.replace('m', '')) }),
    })),
  }));
  return { groups };
}

async function configured(dir: string, rules: Rules, staged: readonly Staged[]): Promise<string> {
  await writeFile(path.join(dir, 'rules.yml'), stringify(rules));
  const file = path.join(dir, 'prometheus.yml');
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: staged.map(({ name, targets }) => ({
      job_name: `watchfire-${name}`,
      static_configs: [{ targets: [...targets] }],
    })),
  };
  await writeFile(file, stringify(config));
  return file;
}

/** Runs Prometheus until `use` is done with the address of its API. */
async function scraping(
  { prometheus }: PromTools,
  dir: string,
  config: string,
  use: (api: string) => Promise<void>,
): Promise<void> {
  const address = `127.0.0.1:${await freePort()}`;
  const parameters = [`--config.file=${config}`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=${address}`];
  const child = spawn(prometheus, [...parameters, '--log.level=error'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await use(`http://${address}/api/v1`);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function firing(api: string): Promise<readonly Alert[]> {
  const response = await fetch(`${api}/alerts`).catch(() => null);
  if (response === null || !response.ok) return [];
  const { data } = (await response.json()) as { data: { alerts: Alert[] } };
  return data.alerts.filter(({ state }) => state === 'firing');
}

/** Looks until all that is expected has fired. @returns what fired, as `stage: alert` */
async function watched(api: string, staged: readonly Staged[]): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const wanted = staged.flatMap(({ name, fires }) => fires.map((alert) => `${name}: ${alert}`));
  const leastMs = staged.some(({ fires }) => fires.length === 0) ? HEALTHY_MS : 0;
  const begin = performance.now();
  for (;;) {
    for (const { labels } of await firing(api))
      seen.add(`${labels.job?.replace('watchfire-', '')}: ${labels.alertname}`);
    const spentMs = performance.now() - begin;
    if (spentMs > FIRES_BOUND_MS || (spentMs > leastMs && wanted.every((one) => seen.has(one)))) return seen;
    await pause(500);
  }
}

/** What a program says, with what it was given on its standard input. @throws with all that it said */
async function told(program: string, args: readonly string[], input = ''): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { cwd: FOLDER }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}${stderr}`));
      else resolve(stdout);
    });
    child.stdin?.end(input);
  });
}

/** Has these stages scraped, and says of each what it fired. @returns the alerts that they are for */
async function shown(
  check: Check,
  tools: PromTools,
  rules: Rules,
  stages: readonly Stage[],
): Promise<readonly string[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-metrics-'));
  const staged: Staged[] = [];
  try {
    await Promise.all(stages.map(async (stage) => void staged.push(await stage())));
    await scraping(tools, dir, await configured(dir, rules, staged), async (api) => {
      const seen = await watched(api, staged);
      for (const { name, fires } of staged) {
        await check(`${name} fires ${fires.length === 0 ? 'nothing' : fires.join(', ')}`, async () => {
          const fired = [...seen].filter((one) => one.startsWith(`${name}: `)).map((one) => one.slice(name.length + 2));
          const missing = fires.filter((alert) => !fired.includes(alert));
          if (missing.length > 0) throw new Error(`did not fire: ${missing.join(', ')} (fired: ${fired.join(', ')})`);
          if (fires.length === 0 && fired.length > 0) throw new Error(`fired: ${fired.join(', ')}`);
        });
      }
    });
    const [page] = staged.find(({ name }) => name === 'healthy')?.targets ?? [];
    if (page !== undefined)
      await check('the page of metrics is one', async () => {
        await told(tools.promtool, ['check', 'metrics'], await (await fetch(`http://${page}/metrics`)).text());
      });
    return staged.flatMap(({ fires }) => fires);
  } finally {
    await Promise.all(staged.map(({ stop }) => stop()));
    await rm(dir, { recursive: true, force: true });
  }
}

process.exitCode = await checks(async (check) => {
  const tools = await promTools();
  try {
    const { promtool, version } = tools;
    process.stdout.write(`Prometheus ${version}\n`);
    const rules = parse(await readFile(RULES, 'utf8')) as Rules;
    await check('the rules are rules', async () => void (await told(promtool, ['check', 'rules', RULES])));
    await check('each rule fires when it should, and not before', async () => {
      await told(promtool, ['test', 'rules', 'watchfire.tests.yml']);
    });
    // Alone: the failures keep the machine busy, and a healthy engine that cannot be scraped in time would look down.
    await shown(check, tools, hurried(rules, HEALTHY_HURRY), [HEALTHY]);
    const all = new Set(await shown(check, tools, hurried(rules, HURRY), FAILURES));
    await check('every rule is fired by some stage', async () => {
      const left = rules.groups.flatMap((group) => group.rules).filter(({ alert }) => !all.has(alert));
      if (left.length > 0) throw new Error(left.map(({ alert }) => alert).join(', '));
    });
  } finally {
    await tools.remove();
  }
});
// What was cut off from its Redis goes on to look for it.
process.exit();
