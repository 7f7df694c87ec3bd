import type { Redis } from 'ioredis';
import { WatchfireError } from '../errors.ts';
import { serverTimeMs } from './server-time.ts';
import type { Store } from './store.ts';

/** A key of the engine holds what it should not. Workers mend it within seconds, or `doctor` says what to do; then the same call works. */
export class DamagedKey extends WatchfireError {
  constructor(key: string, sentence: string) {
    super('UNREADABLE_STATE', `DAMAGED ${key} ${sentence}`);
  }
}

/** The number of the definitions that stands there, as text. @throws DamagedKey where it is none */
export function generationIn({ keys }: Store, text: unknown): string {
  if (text === null || text === undefined) return '0';
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return text;
  throw new DamagedKey(keys.generation, 'holds no number');
}

/** The id of the last applied entry that stands there, `0-0` where there is none. @throws DamagedKey where it is none */
export function positionIn({ keys }: Store, text: unknown): string {
  if (text === null || text === undefined) return '0-0';
  if (typeof text === 'string' && isId(text)) return text;
  throw new DamagedKey(keys.position, 'holds no id');
}

const LARGEST_NUMBER = 2n ** 64n - 1n;

function isId(text: string): boolean {
  const [, ...numbers] = /^(\d{1,20})-(\d{1,20})$/.exec(text) ?? [];
  return numbers.length === 2 && numbers.every((number) => BigInt(number) <= LARGEST_NUMBER);
}

/** How long reports name damage, unless somebody acknowledges it before. */
export const TOLD_MS = 24 * 3_600_000;

/** Longest sentence that is shown. */
const SENTENCE_LIMIT = 300;

/**
 * What others did to a key of the engine. `lost`: something is gone that nobody knows elsewhere; else all of it was mended.
 * `sentence`: what was found, and what became of it. `atMs`: Redis time.
 */
export type Damage = Readonly<{ key: string; atMs: number; lost: boolean; sentence: string }>;

/** Stands for all keys of the namespace. */
export function everyKey({ namespace }: Store): string {
  return `{${namespace}}:*`;
}

/** Damage that reports name, the newest first. What stands there in no form of the engine is left out. */
export function damageIn(fields: Readonly<Record<string, string>>, nowMs: number): Damage[] {
  const damage = Object.entries(fields).flatMap(([key, text]): Damage[] => {
    const [, at, grade, sentence = ''] = /^(\d{1,15}) (lost|mended) (.*)$/s.exec(text) ?? [];
    if (at === undefined || nowMs - Number(at) >= TOLD_MS) return [];
    return [{ key, atMs: Number(at), lost: grade === 'lost', sentence: sentence.slice(0, SENTENCE_LIMIT) }];
  });
  return damage.sort((a, b) => b.atMs - a.atMs);
}

/** Notes damage of which only a worker knows. */
export async function noteDamage(redis: Redis, store: Store, { key, lost, sentence }: Omit<Damage, 'atMs'>) {
  const known = await redis.hget(store.keys.damage, key);
  if (!lost && known !== null && / lost /.test(known)) return;
  const text = `${await serverTimeMs(redis)} ${lost ? 'lost' : 'mended'} ${sentence}`;
  await redis.hset(store.keys.damage, key, text);
}

/** Says that somebody knows of all damage up to now: reports leave it out. @returns how much there was */
export async function acknowledgeDamage(redis: Redis, store: Store): Promise<number> {
  const fields = await redis.hkeys(store.keys.damage);
  return fields.length === 0 ? 0 : await redis.hdel(store.keys.damage, ...fields);
}

/** Removes what no report names any more. @returns the rest */
export async function forgetDamage(redis: Redis, store: Store, nowMs: number): Promise<Damage[]> {
  const fields = await redis.hgetall(store.keys.damage);
  const damage = damageIn(fields, nowMs);
  const told = new Set(damage.map(({ key }) => key));
  const old = Object.keys(fields).filter((key) => !told.has(key));
  if (old.length > 0) await redis.hdel(store.keys.damage, ...old);
  return damage;
}
