import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import type { Distribution } from '../measure/distribution.ts';
import type { Measures } from '../measure/measures.ts';
import { FAMILIES, type Family, OF_PROCESS as P } from './families.ts';
import type { Sample } from './gauges.ts';
import { unreachable } from './health.ts';
import type { HttpRoute, PageAnswer } from './server.ts';

/** How long what Redis knows of the namespace is shown again: several scrapers, and a person who reloads, cost it one look. */
const CACHED_MS = 5_000;

export type MetricsParts = Readonly<{
  measures: Measures;
  clock: Clock;
  version: string;
  namespace: string;
  /** Names of the parts that this process was started for. */
  parts: readonly string[];
  ping: () => Promise<void>;
  logger: Logger;
  /** Asks Redis about the namespace. */
  gauges: () => Promise<readonly Sample[]>;
}>;

/** `/metrics`: what this process did, from its memory, and what Redis knows of the namespace. */
export function metricsRoute(parts: MetricsParts): HttpRoute {
  const gauges = cached(parts.clock, parts.gauges);
  return { path: '/metrics', answer: () => page(parts, gauges) };
}

async function page(parts: MetricsParts, gauges: () => Promise<readonly Sample[]>): Promise<PageAnswer> {
  const away = await unreachable(parts.ping);
  // What Redis cannot say is left out: an old value would be believed.
  const known = away === null ? await gauges().catch((error: unknown) => unknown(parts, error)) : [];
  const registry = new Registry();
  fill(registry, [...ofProcess(parts, away === null), ...known], distributionsOf(parts.measures));
  return { status: 200, type: registry.contentType, body: await registry.metrics() };
}

function unknown({ logger }: MetricsParts, error: unknown): readonly Sample[] {
  logger.warn({ error: reasonOf(error) }, 'metrics of the namespace cannot be read');
  return [];
}

/** Asks again when what was asked last is older than CACHED_MS; calls at the same time share one question. */
function cached<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  let atMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (asked === null || clock.nowMs() - atMs >= CACHED_MS) {
      atMs = clock.nowMs();
      asked = ask();
      asked.catch(() => {
        asked = null;
      });
    }
    return await asked;
  };
}

function ofProcess({ measures, clock, version, namespace, parts }: MetricsParts, up: boolean): Sample[] {
  const { work, jobs, deliveries, httpIn, deadLetters } = measures;
  const { user, system } = process.cpuUsage();
  const ready = up && measures.parts.reason(parts, clock.nowMs()) === null;
  return [
    [P.info, [version, namespace], 1],
    [P.ready, [], ready ? 1 : 0],
    [P.redisUp, [], up ? 1 : 0],
    ...[...work.events.each()].map(([outcome, , count]): Sample => [P.events, [outcome], count]),
    ...[...work.decisions.each()].map(([id, word, count]): Sample => [P.decisions, [id, word], count]),
    ...[...work.firings.each()].map(([id, state, count]): Sample => [P.firings, [id, state], count]),
    ...[...jobs.each()].map(([queue, , count]): Sample => [P.jobs, [queue], count]),
    ...[...deliveries.each()].map(([type, outcome, count]): Sample => [P.deliveries, [type, outcome], count]),
    ...[...httpIn.each()].map(([source, outcome, count]): Sample => [P.httpIn, [source, outcome], count]),
    ...[...deadLetters.each()].map(([source, , count]): Sample => [P.deadLetters, [source], count]),
    [P.cpu, [], (user + system) / 1_000_000],
    [P.memory, [], process.memoryUsage.rss()],
  ];
}

type Spread = readonly [family: Family, labels: Readonly<Record<string, string>>, distribution: Distribution];

function distributionsOf(measures: Measures): readonly Spread[] {
  return [
    [P.applyDelay, {}, measures.applyDelay],
    [P.decisionDelay, {}, measures.decisionDelay],
    [P.jobDelay, {}, measures.jobDelay],
    [P.calls, { step: 'apply' }, measures.calls.apply],
    [P.calls, { step: 'settle' }, measures.calls.settle],
    [P.batch, {}, measures.batch],
  ];
}

function fill(registry: Registry, samples: readonly Sample[], spreads: readonly Spread[]): void {
  const byFamily = Map.groupBy(samples, ([family]) => family);
  for (const family of FAMILIES) {
    const { name, help, labels } = family;
    const config = { name, help, labelNames: [...labels], registers: [] };
    if (family.type === 'histogram') {
      const own = spreads.filter(([of]) => of === family);
      registry.registerMetric(new Spreads(config, own) as unknown as Metric);
      continue;
    }
    const metric = family.type === 'counter' ? new Counter(config) : new Gauge(config);
    // One without labels begins at 0: what is not known must not be shown as that.
    if (labels.length === 0) metric.remove();
    for (const [, values, value] of byFamily.get(family) ?? []) {
      const labelled = Object.fromEntries(labels.map((label, i) => [label, values[i] ?? '']));
      metric.inc(labelled, value);
    }
    registry.registerMetric(metric as unknown as Metric);
  }
}

type HistogramConfig = Readonly<{ name: string; help: string; labelNames: string[]; registers: Registry[] }>;

/** A histogram of prom-client whose values were gathered elsewhere. */
class Spreads extends Histogram {
  readonly #spreads: readonly Spread[];
  readonly #about: Pick<HistogramConfig, 'name' | 'help'>;

  constructor(config: HistogramConfig, spreads: readonly Spread[]) {
    super(config);
    this.#about = config;
    this.#spreads = spreads;
  }

  /** What the registry asks a histogram for. */
  getForPromString(): Promise<unknown> {
    const { name, help } = this.#about;
    const values = this.#spreads.flatMap(([, labels, distribution]) => {
      const counts = distribution.cumulative();
      const buckets = counts.map((value, i) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: String(distribution.bounds[i] ?? '+Inf') },
        value,
      }));
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: distribution.sum },
        { metricName: `${name}_count`, labels, value: counts.at(-1) ?? 0 },
      ];
    });
    return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
  }
}
