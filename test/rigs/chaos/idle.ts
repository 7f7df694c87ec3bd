import type { Redis } from 'ioredis';

/**
 * Whether every entry of the log is applied and every firing handed on. What Redis says of `lag` is not asked: a replica of Redis 7.0 that
 * took over counts wrongly what was read by scripts.
 */
export async function idle(redis: Redis, namespace: string): Promise<boolean> {
  const [events, firings] = [`{${namespace}}:events`, `{${namespace}}:firings`];
  if ((await lastOf(redis, events)) !== (await redis.get(`{${namespace}}:position`))) return false;
  const [log, out] = [await groupOf(redis, events, 'engine'), await groupOf(redis, firings, 'actions')];
  return log?.pending === 0 && out?.pending === 0 && out['last-delivered-id'] === (await lastOf(redis, firings));
}

async function lastOf(redis: Redis, stream: string): Promise<string> {
  const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
  return last?.[0] ?? '0-0';
}

async function groupOf(redis: Redis, stream: string, name: string): Promise<Record<string, unknown> | undefined> {
  const groups = (await redis.xinfo('GROUPS', stream)) as unknown[][];
  return groups
    .map((flat) => Object.fromEntries(flat.flatMap((value, i) => (i % 2 === 0 ? [[String(value), flat[i + 1]]] : []))))
    .find((group) => group.name === name);
}
