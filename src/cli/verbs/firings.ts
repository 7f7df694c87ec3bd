import { pino } from 'pino';
import { systemClock } from '../../clock.ts';
import type { Watchfire } from '../../engine.ts';
import { NotFound } from '../../errors.ts';
import { lastFirings, nextFirings, type Recorded } from '../../inspect/firings.ts';
import { persist } from '../../loop.ts';
import { longWatchfire, targetOf, withWatchfire } from '../connect.ts';
import { durationOption, wholeOption } from '../settings.ts';
import { DONE, type Io, type Verb } from '../verb.ts';
import { FIRING_COLUMNS, firingJson, firingRow } from '../view/firing.ts';
import { asJson, outputOption, printJson, table } from '../view/output.ts';
import { count } from '../view/when.ts';

/** Most firings asked for at a time: all of them are held, with their events. */
const LIMIT_MAX = 10_000;

type Query = { limit: number; sinceMs: number | null; automation: string | null };

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
    const query: Query = {
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
    const watchfire = await longWatchfire(targetOf(options, io), pino({ level: 'silent' }), io.signal);
    try {
      await follow(watchfire, query, asJson(options), io);
    } finally {
      await watchfire.close();
    }
    return DONE;
  },
};

type Found = { firings: Recorded[]; end: string; automation: string | null };

async function lookUp(watchfire: Watchfire, { limit, sinceMs, automation }: Query, io: Io): Promise<Found> {
  const { connections, store } = watchfire;
  const [seconds] = await connections.redis.time();
  // An automation that is gone has left its firings behind, under its id.
  let missing: NotFound | null = null;
  const id =
    automation === null
      ? null
      : await watchfire.get(automation).then(
          (found) => found.id,
          (error: unknown) => {
            if (!(error instanceof NotFound)) throw error;
            missing = error;
            return automation;
          },
        );
  const found = await lastFirings(connections.redis, store, {
    limit,
    ...(sinceMs === null ? {} : { sinceMs: Number(seconds) * 1_000 - sinceMs }),
    ...(id === null ? {} : { automation: id }),
  });
  if (missing !== null && found.firings.length === 0) throw missing;
  if (found.searched !== null) io.err(`watchfire: only the last ${count(found.searched)} firings were looked at`);
  else if (found.firings.length === 0) io.err('no firings yet');
  return { firings: found.firings, end: found.end, automation: id };
}

async function follow(watchfire: Watchfire, query: Query, json: boolean, io: Io): Promise<void> {
  const { connections, store } = watchfire;
  const { firings: first, end, automation } = await lookUp(watchfire, query, io);
  const head = [FIRING_COLUMNS, ...first.map(firingRow)];
  const lines = json ? first.map((one) => JSON.stringify(firingJson(one))) : table(head);
  for (const line of lines) io.out(line);
  const reader = connections.blocking('ledger');
  io.signal.addEventListener('abort', () => reader.disconnect(), { once: true });
  const parts = { name: 'firings', clock: systemClock, logger: pino({ level: 'silent' }) };
  for (let after = end; !io.signal.aborted; ) {
    const from = after;
    const next = await persist(parts, io.signal, () => nextFirings(reader, store, from));
    if (next === null) return;
    after = next.end;
    for (const one of next.firings) {
      if (automation !== null && one.firing.automation !== automation) continue;
      // Below the columns of what stands above.
      io.out(json ? JSON.stringify(firingJson(one)) : (table([...head, firingRow(one)]).at(-1) ?? ''));
      await io.drained();
    }
  }
}
