/** Which server it is. `numbers`: major, minor and patch of its own product, not of the Redis it is compatible with. */
export type ServerVersion = Readonly<{ product: 'redis' | 'valkey'; text: string; numbers: readonly number[] }>;

/** The lines `name:value` of INFO. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/** From INFO; null when it does not say. Valkey names the Redis it is compatible with as well. */
export function versionOf(info: ReadonlyMap<string, string>): ServerVersion | null {
  const valkey = info.get('valkey_version');
  const text = valkey ?? info.get('redis_version');
  if (text === undefined || !/^\d+\.\d+/.test(text)) return null;
  return { product: valkey === undefined ? 'redis' : 'valkey', text, numbers: numbersOf(text) };
}

/** `Redis 7.0.15`, as people call it. */
export function versionInWords({ product, text }: ServerVersion): string {
  return `${product === 'valkey' ? 'Valkey' : 'Redis'} ${text}`;
}

/** Whether `from` <= version < `below`, each a text like `7.0.4`; null for no bound. */
export function isWithin({ numbers }: ServerVersion, from: string | null, below: string | null): boolean {
  if (from !== null && compare(numbers, numbersOf(from)) < 0) return false;
  return below === null || compare(numbers, numbersOf(below)) < 0;
}

function numbersOf(text: string): number[] {
  return text
    .split('.')
    .slice(0, 3)
    .map((part) => Number.parseInt(part, 10) || 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const i of [0, 1, 2]) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The part of `maxmemory` that counts against it, from INFO memory; 0 when there is no limit. */
export function memoryRatio(info: string): number {
  const read = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = read('maxmemory');
  return limit === 0 ? 0 : (read('used_memory') - read('mem_not_counted_for_evict')) / limit;
}

/** Versions with a fault: `from` <= version < `below`. A line of releases was mended by one version of its own. */
export type ReleaseLine = readonly [product: ServerVersion['product'], from: string | null, below: string];

/** Whether one of these lines of releases holds the version. */
export function concerns(lines: readonly ReleaseLine[], version: ServerVersion): boolean {
  return lines.some(([product, from, below]) => product === version.product && isWithin(version, from, below));
}

/** WAITAOF by which nothing was on the disk: see `earlyAnswers`. Unknown to be mended in any Valkey, so no version ends it. */
export const EARLY_ANSWERS: readonly ReleaseLine[] = [
  ['redis', '7.4.0', '8.0.0'],
  ['valkey', '8.0.0', '99.0.0'],
];

/**
 * Whether WAITAOF may answer before the data is on the disk, where `appendfsync` is `everysec`: within a second after the last
 * sync the server takes what it has written for synced (redis#12622, mended by redis#13793).
 */
export function earlyAnswers(version: ServerVersion): boolean {
  return concerns(EARLY_ANSWERS, version);
}
