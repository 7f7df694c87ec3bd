import { type StoredPlan, stateNamesOf } from '../match/plan.ts';
import { isRecord } from '../model/record.ts';
import { CannotMigrate } from '../redis/cannot-migrate.ts';
import { type Fields, hashesAt, membersFrom, sizesOf, typesOf } from '../redis/older-state.ts';
import type { Command } from '../redis/steps/lead-over.ts';
import { isProactive, missingField, packedTrigger } from './definition.ts';
import type { Namespace, Slice } from './step.ts';
import { NoWindow, windowText } from './window.ts';

/** Windows that one call leads over, and bytes of the events in them that it takes at most besides one. */
const PAGE = 300;
const BYTES = 4_000_000;

/** Leads over each trigger that is defined, and removes the windows of those that are gone. Its windows go first, then its definition. */
export async function* triggers(namespace: Namespace): AsyncGenerator<Slice> {
  const { redis, store } = namespace;
  for (const name of await namesOf(namespace)) {
    const [type] = await typesOf(redis, [store.prefixes.trigger + name]);
    // Windows come first, so a definition in the new form says that all of it was led over.
    if (type === 'string') continue;
    const [fields = {}] = await hashesAt(redis, [store.prefixes.trigger + name]);
    const defined = Object.keys(fields).length > 0;
    const lacks = defined ? missingField(fields) : null;
    if (lacks !== null) throw new CannotMigrate(store.prefixes.trigger + name, `field ${lacks} is missing`, type);
    yield* deadlines(namespace, name);
    if (!defined) yield* removed(namespace, name);
    else if (fields.type === 'event') yield* windows(namespace, name, fields);
    if (defined) yield definition(namespace, name, fields);
  }
}

/** How many windows there are, at most. */
export async function countWindows(namespace: Namespace): Promise<number> {
  const names = await namesOf(namespace);
  const keys = names.map((name) => namespace.older.deadlines(name));
  const types = await typesOf(namespace.redis, keys);
  const current = keys.map((key, i) => (types[i] === 'zset' ? key : namespace.store.prefixes.deadlines + names[i]));
  return (await sizesOf(namespace.redis, current)).reduce((sum, size) => sum + size, 0);
}

/** State names of the triggers that are defined, and of those that are gone and not yet cleared away. */
async function namesOf({ redis, store }: Namespace): Promise<string[]> {
  const { plans, garbage } = store.keys;
  const [stored = {}] = await hashesAt(redis, [plans]);
  const names = Object.entries(stored).flatMap(([id, text]) => stateNamesOf(id, planIn(plans, id, text)));
  const gone: string[] = [];
  for (let from = 0; ; from += PAGE) {
    const page = await membersFrom(redis, garbage, from, PAGE);
    if (page.length === 0) return [...names, ...gone];
    gone.push(...page);
  }
}

function planIn(key: string, id: string, text: string): StoredPlan {
  let plan: unknown = null;
  try {
    plan = JSON.parse(text);
  } catch {}
  const places = isRecord(plan) && Array.isArray(plan.places) ? plan.places : null;
  const sound = places?.every(
    (place) => isRecord(place) && typeof place.path === 'string' && Number(place.ownSince) > 0,
  );
  if (!sound) throw new CannotMigrate(key, `field ${JSON.stringify(id)} must be the plan of an automation`, text);
  return plan as StoredPlan;
}

/** Frees the name that now belongs to the windows. */
async function* deadlines({ redis, store, older, origin }: Namespace, name: string): AsyncGenerator<Slice> {
  if (origin > 1) return;
  const [type] = await typesOf(redis, [older.deadlines(name)]);
  if (type !== 'zset') return;
  const commands: Command[] = [['RENAMENX', older.deadlines(name), store.prefixes.deadlines + name]];
  yield { kind: 'windows', count: 0, commands };
}

/** The keys of a trigger with state, page by page. Leading them over leaves their deadlines as they are. */
async function* pages({ redis, store, older, origin }: Namespace, name: string): AsyncGenerator<string[]> {
  for (let from = 0; ; from += PAGE) {
    const [type] = origin > 1 ? [] : await typesOf(redis, [older.deadlines(name)]);
    const key = type === 'zset' ? older.deadlines(name) : store.prefixes.deadlines + name;
    const page = await membersFrom(redis, key, from, PAGE);
    if (page.length === 0) return;
    yield page;
  }
}

async function* windows(namespace: Namespace, name: string, trigger: Fields): AsyncGenerator<Slice> {
  const { redis, older, store } = namespace;
  for await (const page of pages(namespace, name)) {
    const keys = page.map((key) => older.window(name, key));
    let batch = new WindowBatch(store.prefixes.windows + name, store.prefixes.last + name);
    for (const [i, fields] of (await hashesAt(redis, keys)).entries()) {
      if (Object.keys(fields).length === 0) continue;
      batch.add(keys[i] ?? '', page[i] ?? '', fields, isProactive(trigger));
      if (batch.bytes < BYTES) continue;
      yield batch.slice();
      batch = new WindowBatch(store.prefixes.windows + name, store.prefixes.last + name);
    }
    if (batch.count > 0) yield batch.slice();
  }
}

async function* removed(namespace: Namespace, name: string): AsyncGenerator<Slice> {
  const { redis, older } = namespace;
  for await (const page of pages(namespace, name)) {
    const keys = page.map((key) => older.window(name, key));
    const types = await typesOf(redis, keys);
    const there = keys.filter((_, i) => types[i] !== 'none');
    if (there.length > 0) yield { kind: 'windows', count: 0, commands: [['UNLINK', ...there]] };
  }
}

function definition({ store }: Namespace, name: string, fields: Fields): Slice {
  const key = store.prefixes.trigger + name;
  return { kind: 'triggers', count: 1, commands: [['SET', key, packedTrigger(fields)]] };
}

/** Windows of one trigger that one call leads over. */
class WindowBatch {
  readonly #windows: string;
  readonly #last: string;
  readonly #set: string[] = [];
  readonly #lastSet: string[] = [];
  readonly #old: string[] = [];
  bytes = 0;

  constructor(windows: string, last: string) {
    this.#windows = windows;
    this.#last = last;
  }

  get count(): number {
    return this.#old.length;
  }

  add(old: string, key: string, fields: Fields, proactive: boolean): void {
    const { text, last } = led(old, fields, proactive);
    this.#set.push(key, text);
    if (last !== null) this.#lastSet.push(key, last);
    this.#old.push(old);
    this.bytes += text.length + (last?.length ?? 0);
  }

  slice(): Slice {
    const commands: Command[] = [['HSET', this.#windows, ...this.#set]];
    if (this.#lastSet.length > 0) commands.push(['HSET', this.#last, ...this.#lastSet]);
    commands.push(['UNLINK', ...this.#old]);
    return { kind: 'windows', count: this.count, commands };
  }
}

function led(key: string, fields: Fields, proactive: boolean): ReturnType<typeof windowText> {
  try {
    return windowText(fields, proactive);
  } catch (error) {
    if (!(error instanceof NoWindow)) throw error;
    throw new CannotMigrate(key, `field ${error.message}`, fields[error.field]);
  }
}
