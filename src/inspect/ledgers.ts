import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { endOfLedger } from '../redis/ledger.ts';
import type { Store } from '../redis/store.ts';
import {
  findFiring,
  type LedgerPages,
  type LedgerQuery,
  ledgerBehindPage,
  ledgerPages,
  type Recorded,
} from './firings.ts';
import { compareIds, recordedIn } from './merged.ts';
import { askEach, idIn, type Part, partOfId } from './parts.ts';

/*
 * The ledgers of all partitions as one. Where it ends, and where a reader is, is the list of the ends of all: `0/… 1/… g/…`.
 */

/** Firings of one page when those of all partitions are merged. */
const PAGE = 500;

/** Between two looks for new firings: reads that block would take a connection for each partition. */
const LOOK_MS = 300;

/** The end of the ledger; without partitions the id of its last entry. */
export async function endsOf(redis: Redis, parts: readonly Part[]): Promise<string> {
  const ends = await askEach(redis, parts, endOfLedger);
  return ends.map(({ part, found }) => idIn(part, found)).join(' ');
}

function endIn(ends: string, part: string): string {
  const found = ends.split(' ').map(partOfId);
  // A time of all of them names none.
  return (found.find((one) => one.part === part) ?? found.find((one) => one.part === ''))?.id ?? '0-0';
}

/** What a partition is asked, so that it answers what stands before an entry of another one. */
export function queryIn(part: string, query: LedgerQuery): LedgerQuery {
  if (query.before === undefined || part === '') return query;
  const before = partOfId(query.before);
  if (before.part === part) return { ...query, before: before.id };
  const ms = Number(before.id.split('-')[0]);
  const isBehind = compareIds(idIn(part, `${ms}-0`), idIn(before.part, `${ms}-0`)) > 0;
  return { ...query, before: `${isBehind ? ms : ms + 1}-0` };
}

/** The newest firing that is named, wherever it stands. */
export async function findIn(redis: Redis, parts: readonly Part[], name: string): Promise<Recorded | null> {
  const { part, id } = partOfId(name);
  const asked = parts.filter((one) => part === '' || one.name === part);
  const answers = await askEach(redis, asked, (client, store) => findFiring(client, store, id));
  const found = answers.flatMap((one) => (one.found === null ? [] : [recordedIn(one.part, one.found)]));
  return found.sort((a, b) => compareIds(a.entry, b.entry)).at(-1) ?? null;
}

/** As `ledgerPages`, of all partitions. With a limit all that is wanted is held at a time. */
export async function* pagesOf(
  redis: Redis,
  parts: readonly Part[],
  query: LedgerPages,
  ends: string,
): AsyncGenerator<Recorded[]> {
  const [only] = parts;
  if (only?.name === '') return yield* ledgerPages(redis, only.store, query, ends);
  const sources = parts.map(({ name, store }) => ({
    name,
    pages: ledgerPages(redis, store, query, endIn(ends, name)),
  }));
  if (query.limit !== undefined) {
    const all: Recorded[] = [];
    for (const { name, pages } of sources)
      for await (const page of pages) all.push(...page.map((one) => recordedIn(name, one)));
    const wanted = all.sort((a, b) => compareIds(a.entry, b.entry)).slice(-query.limit);
    for (let from = 0; from < wanted.length; from += PAGE) yield wanted.slice(from, from + PAGE);
    return;
  }
  yield* mergedPages(sources);
}

type LedgerSource = Readonly<{ name: string; pages: AsyncGenerator<Recorded[]> }>;

/** One page of each is held at a time; what comes before all that is still to be read is given out. */
async function* mergedPages(sources: readonly LedgerSource[]): AsyncGenerator<Recorded[]> {
  let open = sources.map((source) => ({ source, page: [] as Recorded[] }));
  for (;;) {
    for (const one of open.filter(({ page }) => page.length === 0)) {
      const { value, done } = await one.source.pages.next();
      if (!done) one.page = value.map((recorded) => recordedIn(one.source.name, recorded));
    }
    open = open.filter(({ page }) => page.length > 0);
    if (open.length === 0) return;
    const lasts = open.map(({ page }) => page.at(-1)?.entry ?? '').sort(compareIds);
    const bound = lasts[0] ?? '';
    const given = open.flatMap(({ page }) => page.filter(({ entry }) => compareIds(entry, bound) <= 0));
    for (const one of open) one.page = one.page.filter(({ entry }) => compareIds(entry, bound) > 0);
    yield given.sort((a, b) => compareIds(a.entry, b.entry));
  }
}

/** As `followLedger`, of all partitions. */
export async function* followAllLedgers(
  { redis, clock }: Readonly<{ redis: Redis; clock: Clock }>,
  parts: readonly Part[],
  after: string,
  signal: AbortSignal,
): AsyncGenerator<Recorded[]> {
  const marks = new Map(parts.map(({ name }) => [name, endIn(after, name)]));
  while (!signal.aborted) {
    const behind = (part: string) => (client: Redis, store: Store) =>
      ledgerBehindPage(client, store, marks.get(part) ?? '0-0', PAGE);
    const found = await Promise.all(
      parts.map(async ({ name, store }) => ({ name, page: await behind(name)(redis, store) })),
    );
    for (const { name, page } of found) if (page.end !== null) marks.set(name, page.end);
    const all = found.flatMap(({ name, page }) => page.firings.map((one) => recordedIn(name, one)));
    if (all.length > 0) yield all.sort((a, b) => compareIds(a.entry, b.entry));
    else await clock.sleep(LOOK_MS, signal);
  }
}
