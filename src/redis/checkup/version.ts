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
