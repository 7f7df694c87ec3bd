import type { Redis } from 'ioredis';
import { UnreadableState } from '../errors.ts';
import type { Labels } from '../model/event.ts';
import { isRecord } from '../model/record.ts';
import { fieldsOf, OUTCOMES } from './backlog.ts';
import type { KeyChange } from './change.ts';
import { generationIn, positionIn } from './damage.ts';
import { type Erased, erasedIn } from './erased.ts';
import { type FiringEntry, ledgerBetween } from './ledger.ts';
import { isAfter } from './log.ts';
import { Paced } from './paced.ts';
import type { Store } from './store.ts';
import { shownJson, storedNumber } from './stored.ts';
import { execute, insist } from './transaction.ts';

/** What stands in a hash, by field. */
export type Stood = Readonly<Record<string, string>>;

/** Settings and quotas, as they stand in Redis. */
export type Agreed = 'settings' | 'quotas';

/** A record of the history (lua/include/history.lua): what was changed behind the entry `position`, and what stood there before. */
export type Noted = Readonly<{ position: string }> &
  (
    | Readonly<{ kind: 'begun'; generation: number }>
    /** `timeMs`: when it took effect (rules 4). `before`: null where there was none. */
    | Readonly<{ kind: 'automation'; generation: number; timeMs: number; id: string; before: StoodAt | null }>
    | Readonly<{ kind: Agreed; generation: number; timeMs: number; before: Stood }>
    /** What was decided of a key of the automation `id` (rules 13). */
    | Readonly<{ kind: KeyChange['kind']; generation: number; timeMs: number; id: string; labels: Labels }>
    /** The entry `position` was given up. `attempts`: null for one that claimed in vain to be the engine's. */
    /** Entries up to `position` were erased. */
    | Readonly<{ kind: 'erased'; erased: Erased }>
    | Readonly<{ kind: 'set-aside'; reason: string; error: string; attempts: number | null }>
  );

/** The document of an automation as JSON, at one of its revisions. */
export type StoodAt = Readonly<{ document: string; revision: number }>;

/** An engine as it stands at one moment, and what was changed as far as is known. Streams by the ids of their first and last entries. */
export type StandingEngine = Readonly<{
  position: string;
  generation: number;
  nowMs: number;
  automations: ReadonlyMap<string, StoodAt>;
  settings: Stood;
  quotas: Stood;
  /** Up to which ms the applied entries tell of each source of the log (rules 18); empty for a log that is not fed. */
  reached: Stood;
  /** The oldest first. */
  history: readonly Noted[];
  first: string | null;
  last: string;
  ledgerEnd: string;
  /** Entries that are kept, and entries that were ever applied, in some way. */
  length: number;
  applied: number;
  /** How often a quota kept a key from its window. */
  refused: number;
}>;

/** All of it in one step, so that it fits together. */
export async function readStanding(redis: Redis, store: Store): Promise<StandingEngine> {
  const { keys, virtualNow } = store;
  const answers = await insist(() =>
    execute(
      redis
        .multi()
        .get(keys.position)
        .get(keys.generation)
        .time()
        .hgetall(keys.automations)
        .hgetall(keys.plans)
        .hgetall(keys.settings)
        .hgetall(keys.quotas)
        .hgetall(keys.reached)
        .hgetall(keys.counters)
        .xrange(keys.history, '-', '+')
        .xrange(keys.events, '-', '+', 'COUNT', 1)
        .xrevrange(keys.events, '+', '-', 'COUNT', 1)
        .xrevrange(keys.firings, '+', '-', 'COUNT', 1)
        .xlen(keys.events),
    ),
  );
  const [position, generation, [seconds, micros], documents, plans, settings, quotas, reached, counters] = answers as [
    string | null,
    string | null,
    [number, number],
    ...Record<string, string>[],
  ];
  const [history, first, last, ledger, length] = answers.slice(9) as [...[string, string[]][][], number];
  const count = (word: string): number => storedNumber(counters?.[word], 0);
  return {
    position: positionIn(store, position),
    generation: Number(generationIn(store, generation)),
    nowMs: Number(virtualNow()) || Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000),
    automations: new Map(
      Object.entries(documents ?? {}).map(([id, document]) => [id, { document, revision: revisionIn(plans?.[id]) }]),
    ),
    settings: settings ?? {},
    quotas: quotas ?? {},
    reached: reached ?? {},
    history: (history as [string, string[]][]).flatMap(([id, fields]) => notedIn(keys.history, id, fields)),
    first: (first as [string, string[]][])[0]?.[0] ?? null,
    last: (last as [string, string[]][])[0]?.[0] ?? '0-0',
    ledgerEnd: (ledger as [string, string[]][])[0]?.[0] ?? '0-0',
    length: Number(length),
    applied: OUTCOMES.reduce((sum, word) => sum + count(word), 0),
    refused: count('over-limit'),
  };
}

function revisionIn(plan: string | undefined): number {
  const known = shownJson(plan);
  const revision = isRecord(known) ? known.revision : 0;
  return Number.isSafeInteger(revision) ? (revision as number) : 0;
}

/** What numbers and ids look like in a record, by the names of fields. */
const FORMS: Readonly<Record<string, RegExp>> = {
  position: /^\d{1,20}-\d{1,20}$/,
  generation: /^\d{1,15}$/,
  time: /^-?\d{1,15}$/,
  revision: /^\d{0,15}$/,
  attempts: /^\d{0,15}$/,
};

/** A record of the history; none for kinds that another version wrote. @throws UnreadableState for one that no engine wrote */
function notedIn(key: string, id: string, flat: readonly string[]): Noted[] {
  for (const [name, value] of fieldsOf([...flat])) {
    if (FORMS[name]?.test(String(value)) === false) {
      throw new UnreadableState(key, id, `${name}: is none`, `XDEL ${key} ${id}: what was changed then is not known`);
    }
  }
  const fields = fieldsOf([...flat]) as ReadonlyMap<string, string>;
  const text = (name: string): string => fields.get(name) ?? '';
  const [kind, position] = [text('kind'), text('position')];
  const change = { position, generation: Number(text('generation')), timeMs: Number(text('time')) };
  switch (kind) {
    case 'begun':
      return [{ kind, position, generation: change.generation }];
    case 'automation': {
      const before = text('before') === '' ? null : { document: text('before'), revision: Number(text('revision')) };
      return [{ kind, ...change, id: text('id'), before }];
    }
    case 'clear':
    case 'resolve':
      return [{ kind, ...change, id: text('id'), labels: Object(shownJson(text('before'))) as Labels }];
    case 'settings':
    case 'quotas': {
      const list = shownJson(text('before'));
      // An empty list of Lua's is an empty object.
      const before = Array.isArray(list) ? Object.fromEntries(fieldsOf(list as unknown[])) : {};
      return [{ kind, ...change, before: before as Stood }];
    }
    case 'erased':
      return [{ kind, position, erased: erasedIn(fields) }];
    case 'set-aside': {
      const attempts = text('attempts') === '' ? null : Number(text('attempts'));
      return [{ kind, position, reason: text('reason'), error: text('error'), attempts }];
    }
    default:
      return [];
  }
}

/** How many entries lie behind one and up to another. They are read for it: Redis does not know. */
export async function countBetween(redis: Redis, { keys }: Store, after: string, to: string): Promise<number> {
  const paced = new Paced();
  let count = 0;
  for (let from = after; isAfter(to, from); ) {
    const page = await paced.read(() => redis.xrange(keys.events, `(${from}`, to, 'COUNT', 1_000));
    count += page.length;
    const last = page.at(-1)?.[0];
    if (last === undefined) break;
    from = last;
  }
  return count;
}

/** All entries of the ledger up to one, page by page, oldest first. */
export async function* ledgerUpTo(
  redis: Redis,
  store: Store,
  sinceMs: number,
  end: string,
): AsyncGenerator<FiringEntry[]> {
  const paced = new Paced();
  for (let from = String(Math.max(0, sinceMs)); ; ) {
    const page = await paced.read(() => ledgerBetween(redis, store, { from, to: end, count: 500 }));
    if (page.length === 0) return;
    yield page;
    from = `(${page.at(-1)?.[0]}`;
  }
}
