import type { Redis } from 'ioredis';

/** Processor time of each of many things in µs: of Redis, and of the programs that are measured. */
export type Costs = Readonly<{ server: number; own: number }>;

/** One measurement: the figure, and remarks that are put beside the median of them. */
export type Sample = Readonly<{ value: number; note?: string; costs?: Costs }>;

export type Compared = Readonly<{ value: number; base: number; ratio: number; note: string; baseNote: string }> &
  Readonly<{ samples: readonly Sample[]; baseSamples: readonly Sample[] }>;

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/**
 * Measures two things in turns, in changing order, so that what else the machine does falls on both alike. The ratio is the
 * median of the ratios of the pairs.
 */
export async function inPairs(
  pairs: number,
  measured: () => Promise<Sample>,
  reference: () => Promise<Sample>,
): Promise<Compared> {
  const values: Sample[] = [];
  const bases: Sample[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 1) bases.push(await reference());
    values.push(await measured());
    if (pair % 2 === 0) bases.push(await reference());
  }
  const ratios = values.map(({ value }, i) => value / (bases[i]?.value ?? Number.NaN));
  return {
    value: median(values.map(({ value }) => value)),
    base: median(bases.map(({ value }) => value)),
    ratio: median(ratios),
    note: noteOf(values),
    baseNote: noteOf(bases),
    samples: values,
    baseSamples: bases,
  };
}

/** What something costs, beside what the reference of the same pair costs: medians, and the median of the ratios. */
export function costsIn(
  { samples, baseSamples }: Compared,
  of: keyof Costs,
  ofBase: keyof Costs,
): Readonly<{ value: number; base: number; ratio: number }> {
  const values = samples.map(({ costs }) => costs?.[of] ?? Number.NaN);
  const bases = baseSamples.map(({ costs }) => costs?.[ofBase] ?? Number.NaN);
  const ratio = median(values.map((value, i) => value / (bases[i] ?? Number.NaN)));
  return { value: median(values), base: median(bases), ratio };
}

/** What something costs Redis and the program together, beside what the reference of the same pair costs both. */
export function spentIn({ samples, baseSamples }: Compared): Readonly<{ value: number; base: number; ratio: number }> {
  const all = ({ costs }: Sample): number => (costs?.server ?? Number.NaN) + (costs?.own ?? Number.NaN);
  const [values, bases] = [samples.map(all), baseSamples.map(all)];
  const ratio = median(values.map((value, i) => value / (bases[i] ?? Number.NaN)));
  return { value: median(values), base: median(bases), ratio };
}

/** The remark of the sample in the middle. */
function noteOf(samples: readonly Sample[]): string {
  const sorted = [...samples].sort((a, b) => a.value - b.value);
  return sorted[sorted.length >> 1]?.note ?? '';
}

/** Processor time of a Redis server so far, in µs: the least noisy measure of what work costs it. */
export async function serverCpu(redis: Redis): Promise<number> {
  return cpuOf(await redis.info('cpu'));
}

/** The same from the text that `INFO cpu` answers. */
export function cpuOf(info: string): number {
  const read = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? Number.NaN);
  return (read('used_cpu_sys') + read('used_cpu_user')) * 1e6;
}

/** Milliseconds that run while `work` does. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
