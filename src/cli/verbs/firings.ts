import { pino } from 'pino';
import type { Watchfire } from '../../engine.ts';
import { NotFound } from '../../errors.ts';
import type { Recorded } from '../../inspect/firings.ts';
import { lastingEngine } from '../../session.ts';
import { targetOf, withWatchfire } from '../connect.ts';
import { durationOption, wholeOption } from '../settings.ts';
import { DONE, type Io, type Verb } from '../verb.ts';
import { FIRING_COLUMNS, firingJson, firingRow } from '../view/firing.ts';
import { asJson, outputOption, printJson, table } from '../view/output.ts';
import { count } from '../view/when.ts';

/** Most firings asked for at a time: all of them are held, with their events. */
const LIMIT_MAX = 10_000;

type FiringsQuery = { limit: number; sinceMs: number | null; automation: string | null };

export const verb: Verb = {
  configure(command) {
    outputOption(command)
      .option('--limit <count>', 'how many, the newest ones', '20')
      .option('--since <duration>', 'only those decided within this time, such as 1h')
      .option('--automation <name>', 'only those of one automation, by name or id')
      .option('--follow', 'continue with new ones until Ctrl-C; with -o json one object in each line', false)
      .addHelpText('after', '\nExample:\n  watchfire firings --since 1h --automation "Payment overdue"');
  },

  async run(_, options, io) {
    const query: FiringsQuery = {
      limit: wholeOption(options, 'limit', 1, LIMIT_MAX),
      sinceMs: durationOption(options, 'since'),
      automation: options.automation === undefined ? null : String(options.automation),
    };
    if (options.follow !== true) {
      return await withWatchfire(options, io, async (watchfire) => {
        const { firings } = await lookUp(watchfire, query, io);
        if (asJson(options)) printJson(io, firings.map(firingJson));
        else
          for (const line of firings.length > 0 ? table([FIRING_COLUMNS, ...firings.map(firingRow)]) : []) io.out(line);
        await io.drained();
        return DONE;
      });
    }
    const watchfire = await lastingEngine(targetOf(options, io), pino({ level: 'silent' }), io.signal);
    try {
      await follow(watchfire, query, asJson(options), io);
    } finally {
      await watchfire.close();
    }
    return DONE;
  },
};

/** `automation`: the id that was asked for, null for all. */
type Found = { firings: Recorded[]; end: string; automation: string | null };

async function lookUp(watchfire: Watchfire, { limit, sinceMs, automation }: FiringsQuery, io: Io): Promise<Found> {
  const id = automation === null ? null : await idOf(watchfire, automation);
  const found = await watchfire.firings({
    limit,
    ...(sinceMs === null ? {} : { sinceMs: (await watchfire.serverTimeMs()) - sinceMs }),
    ...(id === null ? {} : { automation: id.id }),
  });
  if (id?.missing && found.firings.length === 0) throw id.missing;
  if (found.searched !== null) io.err(`watchfire: only the last ${count(found.searched)} firings were looked at`);
  else if (found.firings.length === 0) io.err('no firings yet');
  return { firings: found.firings, end: found.end, automation: id?.id ?? null };
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

async function follow(watchfire: Watchfire, query: FiringsQuery, json: boolean, io: Io): Promise<void> {
  const { firings: first, end, automation } = await lookUp(watchfire, query, io);
  const head = [FIRING_COLUMNS, ...first.map(firingRow)];
  const lines = json ? first.map((one) => JSON.stringify(firingJson(one))) : table(head);
  for (const line of lines) io.out(line);
  for await (const firings of watchfire.followFirings(end, io.signal)) {
    for (const one of firings) {
      if (automation !== null && one.firing.automation !== automation) continue;
      // Below the columns of what stands above.
      io.out(json ? JSON.stringify(firingJson(one)) : (table([...head, firingRow(one)]).at(-1) ?? ''));
      await io.drained();
    }
  }
}
