import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Redis } from 'ioredis';
import { type Result, reaches, shown, type Target } from './result.ts';

const DOCUMENT = new URL('../docs/benchmarks.md', import.meta.url);
const RECORD = new URL('record.json', import.meta.url);

/** What a part found, when, and how busy the machine was, in runnable processes (a minute's mean, before and after). */
export type Found = { when: string; load: [before: number, after: number]; results: Result[] };

/** The last full run of each part, and the ratios of the last short run that was to be recorded. */
export type Recorded = {
  machine: string;
  versions: string;
  parts: Record<string, Found>;
  short: Record<string, number>;
};

/** A ratio worse than the recorded one by more than this factor is a gross fall, whatever the machine. */
const GROSS = 2;

export async function readRecord(): Promise<Recorded> {
  return JSON.parse(await readFile(RECORD, 'utf8')) as Recorded;
}

export async function writeRecord(recorded: Recorded): Promise<void> {
  await writeFormatted(RECORD, JSON.stringify(recorded));
}

/** Writes a file the way the formatter wants all files to be. */
export async function writeFormatted(file: URL, text: string): Promise<void> {
  await writeFile(file, `${text.trimEnd()}\n`);
  const biome = fileURLToPath(new URL('../node_modules/@biomejs/biome/bin/biome', import.meta.url));
  await promisify(execFile)(process.execPath, [biome, 'format', '--write', fileURLToPath(file)]);
}

/** Name of a ratio among the recorded ones: figures of sizes that differ between the forms are the same ratio. */
function keyOf(part: string, index: number): string {
  return `${part} ${index + 1}`;
}

export function shortRatios(parts: ReadonlyMap<string, Found>): Record<string, number> {
  const all = [...parts].flatMap(([part, { results }]) =>
    results.map(({ ratio }, i) => [keyOf(part, i), ratio] as const),
  );
  return Object.fromEntries(all);
}

/** Runnable processes for each core above which the machine does much else: a measurement has three at most. */
const BUSY = 2;

/** Sentences on what is grossly worse than recorded; a new figure has nothing to be compared with. */
export function falls(parts: ReadonlyMap<string, Found>, recorded: Recorded): string[] {
  return [...parts].flatMap(([part, { results, load }]) =>
    results.flatMap(({ name, ratio, better, fragile, turns }, i) => {
      const was = recorded.short[keyOf(part, i)];
      const isBusy = Math.max(...load) > BUSY * cpus().length;
      if (was === undefined || fragile || (turns && isBusy)) return [];
      const worse = better === 'more' ? was / ratio : ratio / was;
      return worse <= GROSS ? [] : [`${part}: ${name}: the ratio is ${shown(ratio)}, recorded is ${shown(was)}`];
    }),
  );
}

export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores of ${first?.model.trim() ?? 'an unknown processor'}, ${memory} GB, ${type()} ${release()}`;
}

export async function versions(redis: Redis): Promise<string> {
  const require = createRequire(import.meta.url);
  const version = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;
  const server = /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown';
  return `Node ${process.versions.node}, Redis ${server} (nothing kept on disk), ioredis ${version('ioredis')}, BullMQ ${version('bullmq')}`;
}

export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** `≥ 50,000 events/s: missed`. */
function verdict(result: Result, target: Target): string {
  const sign = result.better === 'more' ? '≥' : '≤';
  const bound = target.of === 'value' ? `${shown(target.bound)} ${result.unit}` : `${target.bound} ×`;
  return `${sign} ${bound}: ${reaches(result, target) ? 'reached' : '**missed**'}`;
}

/** One line for a terminal. */
export function line(part: string, result: Result): string {
  const { name, value, unit, ratio, against, base, targets, note } = result;
  const compared = `${shown(ratio)} × ${against} (${shown(base)})`;
  const verdicts = targets.map((target) => verdict(result, target).replaceAll('*', ''));
  return [`${part}: ${name}: ${shown(value)} ${unit}, ${compared}`, ...verdicts, note]
    .filter((text) => text !== '')
    .join('; ');
}

function row(result: Result): string {
  const { name, value, unit, ratio, against, base, targets, note } = result;
  const cells = [
    name,
    `${shown(value)} ${unit}`,
    `${shown(ratio)} × ${against} (${shown(base)})`,
    targets.map((target) => verdict(result, target)).join('<br>'),
    note,
  ];
  return `| ${cells.join(' | ')} |`;
}

const HEADER = ['| measured | figure | ratio | target | what else |', '| --- | --- | --- | --- | --- |'];

/** What a person writes stands between these and is kept. */
const BEGIN = '<!-- written by hand: begin -->';
const END = '<!-- written by hand: end -->';

/** The lines of a page that a person wrote, the marks around them included. */
export function byHand(page: string): string[] {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  return [BEGIN, from >= 0 && to > from ? page.slice(from + BEGIN.length, to).trim() : '', END];
}

/** Writes docs/benchmarks.md anew from what is recorded; what stands between the marks stays. */
export async function writeDocument(recorded: Recorded): Promise<void> {
  const old = await readFile(DOCUMENT, 'utf8').catch(() => '');
  const tables = Object.entries(recorded.parts).map(([part, { when, load, results }]) =>
    [
      `### ${part}`,
      '',
      `\`npm run bench -- ${part}\`, ${when}, load average ${load[0]} before and ${load[1]} after.`,
      '',
      ...HEADER,
      ...results.map(row),
      '',
    ].join('\n'),
  );
  const text = [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; the part on where the time goes is kept from run to run. Every figure stands beside a plain',
    'program that does the least the same load needs, measured in turns with it in the same run; the ratio is the median of',
    'these pairs, and says more about the engine than the figure, which is that of this machine.',
    '',
    `- Machine: ${recorded.machine}. Redis, the worker and whatever drives them share it.`,
    `- Versions: ${recorded.versions}.`,
    '- Workers are processes of their own. Unless said otherwise there is one, and all events are there when the clock starts.',
    '- Processor time is for each event, absence or job: of the Redis server (`INFO cpu`) and of the worker process.',
    '',
    '## Where the time goes, and what limits each',
    '',
    ...byHand(old),
    '',
    '## Figures',
    '',
    tables.join('\n'),
  ].join('\n');
  await writeFormatted(DOCUMENT, text);
}
