import { isRecord } from '../model/record.ts';
import { CannotMigrate } from '../redis/cannot-migrate.ts';
import { type Fields, hashesAt, textAt } from '../redis/older-state.ts';
import type { Command } from '../redis/steps/lead-over.ts';
import { bucketsFor, bucketsOf, type Generation, NoId, unitsOf } from './ids.ts';
import type { Namespace, Slice } from './step.ts';

/** Units read at once, ids that one call writes besides those of one unit, and fields of one command. */
const UNITS = 16;
const IDS = 1_500;
const FIELDS = 1_500;

/** Leads remembered ids over, generation by generation; what is known of the generations is written when all of them are. */
export async function* seen(namespace: Namespace): AsyncGenerator<Slice> {
  const { redis, store } = namespace;
  const text = await textAt(redis, store.keys.seen);
  if (text === null) return;
  const generations = generationsIn(store.keys.seen, text);
  for (const generation of generations) yield* ids(namespace, generation);
  const led = generations.map(({ number, from, to, count, ...rest }) => {
    return { number, from, to, size: bucketsFor({ number, from, to, count, ...rest }), count };
  });
  if (JSON.stringify(led) !== JSON.stringify(generations)) {
    yield { kind: 'ids', count: 0, commands: [['SET', store.keys.seen, JSON.stringify(led)]] };
  }
}

/** How many ids there are, at most. */
export async function countIds({ redis, store }: Namespace): Promise<number> {
  const text = await textAt(redis, store.keys.seen);
  return text === null ? 0 : generationsIn(store.keys.seen, text).reduce((sum, { count }) => sum + count, 0);
}

function generationsIn(key: string, text: string): Generation[] {
  let list: unknown = null;
  try {
    list = JSON.parse(text);
  } catch {}
  // An empty list of Lua's is an empty object.
  if (isRecord(list) && Object.keys(list).length === 0) return [];
  const numbers = ['number', 'from', 'to', 'size', 'count'];
  const sound =
    Array.isArray(list) &&
    list.every((one) => isRecord(one) && numbers.every((name) => Number.isSafeInteger(one[name])));
  if (!sound) throw new CannotMigrate(key, 'must be a list of generations', text);
  return list as Generation[];
}

async function* ids(namespace: Namespace, generation: Generation): AsyncGenerator<Slice> {
  let units: string[][] = [];
  for (const unit of unitsOf(generation)) {
    units.push(unit);
    if (units.length < UNITS) continue;
    yield* led(namespace, generation, units);
    units = [];
  }
}

/** The commands for some units. Each call has whole units, so that a bucket is written once and as a whole. */
async function* led(
  { redis, store, older }: Namespace,
  generation: Generation,
  units: readonly string[][],
): AsyncGenerator<Slice> {
  const keys = units.map((unit) => unit.map((prefix) => older.shard(generation.number, prefix)));
  const hashes = await hashesAt(redis, keys.flat());
  let at = 0;
  let [there, found]: [string[], Fields[]] = [[], []];
  const slice = (): Slice => {
    const count = found.reduce((sum, fields) => sum + Object.keys(fields).length, 0);
    const target = `${store.prefixes.seen}${generation.number}`;
    const commands = [...writes(target, generation, there, found), ['UNLINK', ...there] satisfies Command];
    [there, found] = [[], []];
    return { kind: 'ids', count, commands };
  };
  let size = 0;
  for (const unit of keys) {
    for (const key of unit) {
      const fields = hashes[at] ?? {};
      at += 1;
      const own = Object.keys(fields).length;
      if (own === 0) continue;
      size += own;
      there.push(key);
      found.push(fields);
    }
    if (size < IDS) continue;
    yield slice();
    size = 0;
  }
  if (size > 0) yield slice();
}

function writes(target: string, generation: Generation, keys: readonly string[], found: readonly Fields[]): Command[] {
  const commands: Command[] = [];
  let flat: (string | Buffer)[] = [];
  for (const [bucket, records] of buckets(generation, keys, found)) {
    flat.push(bucket, records);
    if (flat.length < 2 * FIELDS) continue;
    commands.push(['HSET', target, ...flat]);
    flat = [];
  }
  if (flat.length > 0) commands.push(['HSET', target, ...flat]);
  return commands;
}

function buckets(generation: Generation, keys: readonly string[], found: readonly Fields[]): Map<string, Buffer> {
  try {
    return bucketsOf(bucketsFor(generation), found);
  } catch (error) {
    if (!(error instanceof NoId)) throw error;
    const at = found.findIndex((fields) => error.field in fields);
    throw new CannotMigrate(keys[at] ?? '', `field ${error.field} ${error.message}`, found[at]?.[error.field]);
  }
}
