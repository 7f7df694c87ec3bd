import { readFile } from 'node:fs/promises';
import { byHand, writeFormatted } from '../report.ts';
import { shown } from '../result.ts';
import type { Bounds } from './system.ts';
import type { Speed } from './verdict.ts';

const PAGE = new URL('../../docs/performance.md', import.meta.url);
const RECORD = new URL('record.json', import.meta.url);

/** With more runnable processes than this before the first round, other programs had a good part of the machine. */
const BUSY = 1;

/** What a system gave; the first row is Watchfire's own, which is compared with nothing. */
export type Row = Readonly<{
  name: string;
  version: string;
  keeps: string;
  /** Measured events of a run. */
  events: number;
  bounds: Bounds;
  speed: Speed;
  ratio: Speed | null;
}>;

/** The last whole run in which every system took part. */
export type PeersRecord = Readonly<{
  machine: string;
  when: string;
  /** Runnable processes, a minute's mean, before and after. */
  load: readonly [before: number, after: number];
  rounds: number;
  rows: readonly Row[];
}>;

export async function writePage(record: PeersRecord): Promise<void> {
  await writeFormatted(RECORD, JSON.stringify(record));
  await writeFormatted(PAGE, pageOf(record, await readFile(PAGE, 'utf8').catch(() => '')));
}

/** The page anew from what is recorded; what stands between the marks of the old one stays. */
export function pageOf({ machine, when, load, rounds, rows }: PeersRecord, old: string): string {
  return [
    '# Beside other systems',
    '',
    'Watchfire, Flink CEP, Esper and Prefect do the same work on one machine, in one run and in turns. The ratios are those of',
    "Watchfire's figure to the other's in the same round, their median: above 1 Watchfire does more events, below 1 it spends less",
    'processor time. [Benchmarks](benchmarks.md) measures Watchfire alone.',
    '',
    `Measured on ${when}: ${rounds} rounds, ${machine}, load average ${load[0]} before and ${load[1]} after.${busy(load[0])}`,
    '',
    '| system | version | finds again after a crash | events/s | processor an event | events of a run | rate of Watchfire | processor time of Watchfire |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(line),
    '',
    ...byHand(old),
  ].join('\n');
}

function busy(load: number): string {
  return load > BUSY
    ? ' **Other programs kept the machine busy:** the rates mean little then, the ratios somewhat more.'
    : '';
}

function line({ name, version, keeps, events, bounds, speed, ratio }: Row): string {
  const cells = [
    name,
    version,
    keeps,
    shown(speed.rate),
    `${shown(speed.processor)} µs`,
    events.toLocaleString('en-US'),
    ratio === null ? '' : compared(ratio.rate, bounds.rate, '≥'),
    ratio === null ? '' : compared(ratio.processor, bounds.processor, '≤'),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** `2.10 ×; ≥ 2 ×: reached`. */
function compared(ratio: number, bound: number | undefined, sign: '≥' | '≤'): string {
  const figure = `${shown(ratio)} ×`;
  if (bound === undefined) return figure;
  const reached = sign === '≥' ? ratio >= bound : ratio <= bound;
  return `${figure}<br>${sign} ${bound} ×: ${reached ? 'reached' : '**missed**'}`;
}
