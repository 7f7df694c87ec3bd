import { DIGEST_BYTES, digestFrom } from '../apply/digest.ts';
import type { Fields } from '../redis/older-state.ts';

/** A generation of remembered ids, as `{wf}:seen` has it. */
export type Generation = Readonly<{ number: number; from: number; to: number; size: number; count: number }>;

/** Buckets in a generation, and ids in a bucket before the next generation begins (lua/include/buckets.lua, limits.lua). */
const SIZES = [1_024, 32_768, 1_048_576, 33_554_432];
const IDS_PER_BUCKET = 12;

/** How the hashes of a generation were named: by characters of digests, and by an eighth of the characters behind them. */
const OLD: ReadonlyMap<number, Readonly<{ characters: 2 | 3; eighths: boolean; least: number }>> = new Map([
  [4_096, { characters: 2, eighths: false, least: 1_024 }],
  [32_768, { characters: 2, eighths: true, least: 32_768 }],
  [262_144, { characters: 3, eighths: false, least: 32_768 }],
  [2_097_152, { characters: 3, eighths: true, least: 32_768 }],
]);

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const EIGHTHS = 8;

/** Bytes of the age in a record, and what they hold. */
const AGE_BYTES = 3;
const AGE_LIMIT = 2 ** (8 * AGE_BYTES);

/**
 * The number of buckets that a generation gets. Asked again for what it answered it answers the same, so that a generation can be led over
 * once more.
 */
export function bucketsFor({ size, count }: Generation): number {
  const least = OLD.get(size)?.least ?? size;
  return SIZES.find((one) => one >= least && one * IDS_PER_BUCKET > count) ?? Math.max(least, SIZES.at(-1) ?? 0);
}

/**
 * How the hashes of a generation were named, behind its number: in units, each of which holds all ids of some buckets. Empty for a
 * generation that is led over already.
 */
export function* unitsOf({ size }: Generation): Generator<string[]> {
  const old = OLD.get(size);
  if (!old) return;
  // Two letters of a bucket's name are 10 bits, three are 15; two characters are 12 bits, three are 18.
  const [units, prefixes] = old.characters === 2 ? [1_024, 4] : [32_768, 8];
  for (let unit = 0; unit < units; unit += 1) {
    const names: string[] = [];
    for (let value = unit * prefixes; value < (unit + 1) * prefixes; value += 1) {
      const prefix = charactersOf(value, old.characters);
      if (old.eighths) for (let eighth = 0; eighth < EIGHTHS; eighth += 1) names.push(`${prefix}${eighth}`);
      else names.push(prefix);
    }
    yield names;
  }
}

function charactersOf(value: number, length: number): string {
  let text = '';
  for (let i = 0, rest = value; i < length; i += 1) {
    text = (CHARACTERS[rest % CHARACTERS.length] ?? '') + text;
    rest = Math.floor(rest / CHARACTERS.length);
  }
  return text;
}

/** Why ids cannot be led over: the digest, what is wrong with it or its age. */
export class NoId extends Error {
  readonly field: string;

  constructor(field: string, reason: string) {
    super(reason);
    this.field = field;
  }
}

/**
 * The buckets of some hashes, digest -> age, by name: in each a record for each id, the oldest first.
 * @throws NoId
 */
export function bucketsOf(size: number, hashes: readonly Fields[]): Map<string, Buffer> {
  const letters = SIZES.indexOf(size) + 2;
  const records: { bucket: string; age: number; record: Buffer }[] = [];
  for (const hash of hashes) {
    for (const [digest, age] of Object.entries(hash)) {
      const { head, tail } = digestFrom(bytesOf(digest).toString('latin1'));
      records.push({
        bucket: head.slice(0, letters),
        age: Number(age),
        record: Buffer.concat([Buffer.from(tail, 'latin1'), ageOf(digest, age)]),
      });
    }
  }
  records.sort((a, b) => a.age - b.age || Buffer.compare(a.record, b.record));
  const buckets = new Map<string, Buffer[]>();
  for (const { bucket, record } of records) {
    const found = buckets.get(bucket);
    if (found) found.push(record);
    else buckets.set(bucket, [record]);
  }
  return new Map([...buckets].map(([bucket, found]) => [bucket, Buffer.concat(found)]));
}

function bytesOf(digest: string): Buffer {
  const bytes = Buffer.from(digest, 'base64url');
  if (bytes.length !== DIGEST_BYTES || bytes.toString('base64url') !== digest) {
    throw new NoId(digest, 'must be the digest of an id, 16 characters of base64url');
  }
  return bytes;
}

function ageOf(digest: string, text: string): Buffer {
  const age = /^\d+$/.test(text) ? Number(text) : AGE_LIMIT;
  if (age >= AGE_LIMIT) throw new NoId(digest, `must be an age in ms below ${AGE_LIMIT}`);
  const bytes = Buffer.alloc(AGE_BYTES);
  bytes.writeUIntBE(age, 0, AGE_BYTES);
  return bytes;
}
