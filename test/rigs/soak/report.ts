import type { Sample } from './gauge.ts';

/** Minutes of a line of the table. */
const SPAN = 5;

/**
 * A line counts as flat below this growth, as a share of its mean in an hour: a leak of one byte for each event would be 7 % of a worker in
 * an hour at 2,000 events a second, and what the collector of garbage leaves from one look to the next moves the slope by 2 or 3 %.
 */
export const FLAT = 0.05;

type Point = readonly [at: number, value: number];

/** Growth in an hour by the straight line that fits best, as a share of the mean; `at` is in minutes. */
export function growthOf(points: readonly Point[]): number {
  const count = points.length;
  const meanAt = points.reduce((sum, [at]) => sum + at, 0) / count;
  const mean = points.reduce((sum, [, value]) => sum + value, 0) / count;
  const spread = points.reduce((sum, [at]) => sum + (at - meanAt) ** 2, 0);
  const common = points.reduce((sum, [at, value]) => sum + (at - meanAt) * (value - mean), 0);
  return spread === 0 || mean === 0 ? 0 : ((common / spread) * 60) / mean;
}

/** What has to stay flat, by name. */
export function linesOf(samples: readonly Sample[]): Map<string, Point[]> {
  const lines = new Map<string, Point[]>();
  const workers = samples[0]?.workers.length ?? 0;
  for (let i = 0; i < workers; i += 1) {
    lines.set(
      `worker ${i + 1} RSS`,
      samples.map(({ at, workers: all }) => [at, all[i]?.rss ?? 0]),
    );
  }
  lines.set(
    'Redis used_memory',
    samples.map(({ at, redis }) => [at, redis]),
  );
  return lines;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** A line for each five minutes: means, but for the lag, of which it is the most. */
export function tableOf(samples: readonly Sample[]): string {
  const workers = samples[0]?.workers.map((_, i) => [`rss ${i + 1}`, `heap ${i + 1}`]) ?? [];
  const head = ['minutes', 'pushed/s', 'done/s', ...workers.flat(), 'redis', 'redis rss', 'events', 'firings', 'dead'];
  const rows = [[...head, 'lag', 'jobs']];
  const end = samples.at(-1)?.at ?? 0;
  for (let from = 0; from < end; from += SPAN) {
    const span = samples.filter(({ at }) => at >= from && at < from + SPAN);
    const [first, last] = [span[0], span.at(-1)];
    if (first === undefined || last === undefined || first === last) continue;
    const mean = (value: (sample: Sample) => number): number =>
      span.reduce((sum, sample) => sum + value(sample), 0) / span.length;
    const perSecond = (value: (sample: Sample) => number): string =>
      ((value(last) - value(first)) / (60 * (last.at - first.at))).toFixed(0);
    rows.push([
      `${from}–${Math.min(from + SPAN, Math.ceil(end))}`,
      perSecond(({ pushed }) => pushed),
      perSecond(({ done }) => done),
      ...last.workers.flatMap((_, i) => [
        megabytes(mean(({ workers: all }) => all[i]?.rss ?? 0)),
        megabytes(mean(({ workers: all }) => all[i]?.heapUsed ?? 0)),
      ]),
      megabytes(mean(({ redis }) => redis)),
      megabytes(mean(({ redisRss }) => redisRss)),
      ...(['events', 'firings', 'dead'] as const).map((name) => mean((sample) => sample[name]).toFixed(0)),
      String(Math.max(...span.map(({ lag }) => lag))),
      String(last.jobs),
    ]);
  }
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')).join('\n');
}
