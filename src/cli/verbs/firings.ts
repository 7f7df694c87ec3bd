import { pino } from 'pino';
import type { Watchfire } from '../../engine.ts';
import { NotFound } from '../../errors.ts';
import type { FoundFirings, Recorded } from '../../inspect/firings.ts';
import { lastingWatchfire, targetOf, withWatchfire } from '../connect.ts';
import { momentOf, type Since, sinceOption, wholeOption } from '../settings.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { SHORT_ID } from '../view/firing.ts';
import { firingPrinter } from '../view/firing-list.ts';
import { describeFiring } from '../view/firing-whole.ts';
import { outputOption } from '../view/output.ts';
import { wideOption } from '../view/table.ts';
import { count } from '../view/when.ts';

/** Firings that are held at once, with their events. Of more, one page is held, and the ledger is read twice. */
const HELD_LIMIT = 10_000;

type Options = Readonly<Record<string, unknown>>;

/** `limit`: null for all. */
type FiringsQuery = { limit: number | null; since: Since | null; automation: string | null };

export const verb: Verb = {
  acts: ['ls', 'show'],

  configure(command) {
    wideOption(outputOption(command))
      .usage('[ls] [options] | [show] <id> [options]')
      .argument(
        '[id...]',
        `one firing with all that is known of it: its id or at least its first ${SHORT_ID} characters, or the id of a job of it`,
      )
      .option('--limit <count>', 'how many, the newest ones; all for all there are', '20')
      .option('--since <time>', 'only those decided since, such as 1h, or "2026-11-28 18:00" (UTC without a zone)')
      .option('--automation <name>', 'only those of one automation, by name or id')
      .option('--follow', 'continue with new ones until Ctrl-C; with -o json one object in each line', false)
      .addHelpText(
        'after',
        '\nExamples:\n  watchfire firings --since 1h --automation "Payment overdue"\n  watchfire firings 912e2e78',
      );
  },

  async run(operands, options, io) {
    const id = idIn(operands);
    if (id !== null) return await show(id, options, io);
    const query: FiringsQuery = {
      limit: options.limit === 'all' ? null : wholeOption(options, 'limit', 1, null),
      since: sinceOption(options, 'since'),
      automation: options.automation === undefined ? null : String(options.automation),
    };
    if (options.follow !== true) {
      return await withWatchfire(options, io, async (watchfire) => {
        await list(watchfire, query, options, io);
        return DONE;
      });
    }
    const watchfire = await lastingWatchfire(targetOf(options, io), options, pino({ level: 'silent' }), io);
    try {
      await follow(watchfire, query, options, io);
    } finally {
      await watchfire.close();
    }
    return DONE;
  },
};

/** `ls`, `show ID` and `ID`: the id, or null for the list. @throws Misuse */
function idIn([first, ...more]: readonly string[]): string | null {
  if (first === undefined || first === 'ls') {
    if (more.length > 0) throw new Misuse(`firings ls: takes no operands (found "${more[0]}")`);
    return null;
  }
  const [id, ...others] = first === 'show' ? more : [first, ...more];
  if (id === undefined || others.length > 0) throw new Misuse('firings show: needs the id of one firing');
  const bare = id.replace(/…$/, '');
  if (bare.length >= SHORT_ID) return bare;
  throw new Misuse(`firings show: an id needs at least its first ${SHORT_ID} characters (found "${id}")`);
}

async function show(id: string, options: Options, io: Io): Promise<number> {
  return await withWatchfire(options, io, async (watchfire) => {
    const recorded = await watchfire.firing(id);
    if (recorded) await describeFiring(watchfire, recorded, options, io);
    else io.err(`watchfire: there is no firing ${id}`);
    return recorded ? DONE : FAILED;
  });
}

async function list(watchfire: Watchfire, query: FiringsQuery, options: Options, io: Io): Promise<void> {
  const printer = firingPrinter(options, io);
  const { pages, note } = await lookUp(watchfire, query);
  for await (const page of pages) await printer.print(page);
  printer.end();
  if (note !== null) io.err(note);
}

/**
 * What the query finds, oldest first. `end`: the last entry of the ledger then; `automation`: its id, null for all; `note`: what
 * is to be known of the list.
 */
type Found = { pages: AsyncIterable<Recorded[]>; end: string; automation: string | null; note: string | null };

async function lookUp(watchfire: Watchfire, { limit, since, automation }: FiringsQuery): Promise<Found> {
  const id = automation === null ? null : await idOf(watchfire, automation);
  const query = {
    ...(since === null ? {} : { sinceMs: momentOf(since, await watchfire.serverTimeMs()) }),
    ...(id === null ? {} : { automation: id.id }),
  };
  const found = { automation: id?.id ?? null, note: null };
  if (limit === null || limit > HELD_LIMIT) {
    const end = await watchfire.endOfLedger();
    return { ...found, end, pages: watchfire.firingPages({ ...query, ...(limit === null ? {} : { limit }) }, end) };
  }
  // One more than is shown, to know whether there are more.
  const { firings, end, searched } = await watchfire.firings({ ...query, limit: limit + 1 });
  if (id?.missing && firings.length === 0) throw id.missing;
  const filtered = since !== null || id !== null;
  return { ...found, end, pages: one(firings.slice(-limit)), note: noteOn({ firings, searched }, limit, filtered) };
}

function noteOn(
  { firings, searched }: Pick<FoundFirings, 'firings' | 'searched'>,
  limit: number,
  filtered: boolean,
): string | null {
  if (firings.length > limit) return `watchfire: the newest ${count(limit)}; see more with --limit`;
  if (searched !== null)
    return `watchfire: only the last ${count(searched)} firings were looked at; --limit all looks at all`;
  if (firings.length > 0) return null;
  return filtered ? 'no such firings' : 'no firings yet';
}

async function* one(page: Recorded[]): AsyncGenerator<Recorded[]> {
  yield page;
}

/** An automation that is gone has left its firings behind, under its id. */
async function idOf(watchfire: Watchfire, automation: string): Promise<{ id: string; missing: NotFound | null }> {
  try {
    return { id: (await watchfire.get(automation)).id, missing: null };
  } catch (error) {
    if (error instanceof NotFound) return { id: automation, missing: error };
    throw error;
  }
}

async function follow(watchfire: Watchfire, query: FiringsQuery, options: Options, io: Io): Promise<void> {
  const printer = firingPrinter(options, io, { following: true });
  const { pages, end, automation, note } = await lookUp(watchfire, query);
  for await (const page of pages) await printer.print(page);
  if (note !== null) io.err(note);
  for await (const firings of watchfire.followFirings(end, io.signal)) {
    await printer.print(firings.filter(({ firing }) => automation === null || firing.automation === automation));
  }
}
