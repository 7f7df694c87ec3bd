import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished } from 'vitest';

/** Keys are looked at in steps of this many, so that a test with a large state does not hold up the others. */
const SCAN_COUNT = 1_000;

export type NamespaceOptions = Readonly<{
  /**
   * Which keys, named without `{namespace}:`, may stay for ever: exact names, or beginnings when they end with `*`. Any other key that is
   * left without a time to live is a leak and fails the test.
   */
  permanent: readonly string[];
}>;

/**
 * A namespace that no other test uses. When the test is over its keys are checked for leaks and all deleted, those of a
 * failed test as well.
 */
export function freshNamespace(options: NamespaceOptions): string {
  const namespace = `t-${randomBytes(6).toString('hex')}`;
  clearedAfter(namespace, options);
  return namespace;
}

/** The same for a namespace whose name is known, as that of a partition of a fresh one. */
export function clearedAfter(namespace: string, { permanent }: NamespaceOptions): void {
  onTestFinished(async () => {
    const redis = new Redis(inject('adminUrl'), { maxRetriesPerRequest: 2 });
    try {
      const leaks = await leakedKeys(redis, namespace, permanent);
      await deleteKeys(redis, namespace);
      expect(leaks, 'keys that are neither permanent nor have a time to live').toEqual([]);
    } finally {
      redis.disconnect();
    }
  });
}

/** The keys of a namespace, without their `{namespace}:`, sorted. */
export async function keysIn(redis: Redis, namespace: string): Promise<string[]> {
  const start = `{${namespace}}:`;
  const found = new Set<string>();
  for await (const batch of redis.scanStream({ match: `${start}*`, count: SCAN_COUNT })) {
    for (const key of batch as string[]) found.add(key.slice(start.length));
  }
  return [...found].sort();
}

/** The keys of a namespace that would stay for ever although nobody declared it, see NamespaceOptions. */
export async function leakedKeys(redis: Redis, namespace: string, permanent: readonly string[]): Promise<string[]> {
  const suspects = (await keysIn(redis, namespace)).filter((key) => !permanent.some((name) => covers(name, key)));
  const lives = await Promise.all(suspects.map((key) => redis.pttl(`{${namespace}}:${key}`)));
  return suspects.filter((_, index) => lives[index] === -1);
}

async function deleteKeys(redis: Redis, namespace: string): Promise<void> {
  const keys = await keysIn(redis, namespace);
  for (let first = 0; first < keys.length; first += SCAN_COUNT) {
    await redis.unlink(keys.slice(first, first + SCAN_COUNT).map((key) => `{${namespace}}:${key}`));
  }
}

function covers(name: string, key: string): boolean {
  return name.endsWith('*') ? key.startsWith(name.slice(0, -1)) : key === name;
}
