import type { Watchfire } from '../../engine.ts';
import { explainAbsence } from '../../replay/absence.ts';
import type { ExplainedEvent } from '../../replay/explain.ts';
import { explainNamed } from '../../replay/explain-parts.ts';
import { placeOf } from '../../replay/player.ts';
import { withWatchfire } from '../connect.ts';
import { scratchOption, withScratch } from '../scratch.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { absenceJson, printAbsence } from '../view/absence.ts';
import { barOn, REPLAYED } from '../view/bar.ts';
import { explainedJson, printExplained } from '../view/explain.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';

type Options = Readonly<Record<string, unknown>>;

export const verb: Verb = {
  configure(command) {
    outputOption(scratchOption(command))
      .usage('<event> [automation] [options] | --absence <automation> [key...] [options]')
      .argument('<what...>', 'an event, by its id or its entry in the log, and an automation, by name or id')
      .option('--key <values...>', 'only triggers whose key this is, such as id=customer.7')
      .option('--absence', 'why nothing has fired (yet) for a key of an automation', false)
      .addHelpText(
        'after',
        '\nAn event: each condition of the automation with its verdict and the values that decided it, what stood at its key\n' +
          'before and after, and the word for what it did there. Without an automation, of those that were not interested the\n' +
          'nearest miss. The log is decided once more up to that entry, on a private Redis; nothing of the engine is changed.\n' +
          '\nA key: its window and deadline, what holds it, and the last events that came to it.\n' +
          '\nExamples:\n  watchfire explain order-91 "Payment overdue"\n  watchfire explain --absence "Payment overdue" order.1',
      );
  },

  async run(operands, options, io) {
    const [first = '', second, ...rest] = operands;
    if (options.absence === true) return await absence(first, operands.slice(1), options, io);
    if (rest.length > 0)
      throw new Misuse(`explain: takes an event and an automation (found "${plain(rest.join(' '))}")`);
    const explained = await withWatchfire(options, io, (watchfire) => replayed(watchfire, first, second, options, io), {
      patient: true,
    });
    if (explained === null) {
      io.err(
        `watchfire: no entry of the log is the event ${JSON.stringify(plain(first))}, or it is no longer retained`,
      );
      return FAILED;
    }
    const wanted = ofKey(explained, options.key as readonly string[] | undefined);
    if (asJson(options)) printJson(io, explainedJson(wanted));
    else printExplained(wanted, second !== undefined, options, io);
    return DONE;
  },
};

async function replayed(
  watchfire: Watchfire,
  name: string,
  automation: string | undefined,
  options: Options,
  io: Io,
): Promise<ExplainedEvent | null> {
  const id = automation === undefined ? undefined : (await watchfire.get(automation)).id;
  const bar = await barOn(io, REPLAYED);
  return await withScratch(options, io, (scratch) =>
    explainNamed(watchfire, (part) => placeOf(scratch.engine(`explain-${part}`, 0)), name, {
      ...(id !== undefined && { automation: id }),
      onProgress: bar.update,
      signal: io.signal,
    }),
  ).finally(bar.stop);
}

/** Triggers with a key of these values. */
function ofKey(explained: ExplainedEvent, values: readonly string[] | undefined): ExplainedEvent {
  if (values === undefined) return explained;
  const fits = (key: Readonly<Record<string, string>>): boolean =>
    values.every((value) =>
      Object.entries(key).some(([name, found]) => value === found || value === `${name}=${found}`),
    );
  const automations = explained.automations
    .map((one) => ({ ...one, triggers: one.triggers.filter(({ key }) => fits(key)) }))
    .filter(({ triggers }) => triggers.length > 0);
  return { ...explained, automations };
}

async function absence(automation: string, key: readonly string[], options: Options, io: Io): Promise<number> {
  const given = [...key, ...((options.key as readonly string[] | undefined) ?? [])];
  const found = await withWatchfire(options, io, async (watchfire) => {
    const { id } = await watchfire.get(automation);
    return await explainAbsence(watchfire, id, given).catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error;
      throw new Misuse(`key: ${error.message} (found "${plain(given.join(' '))}")`);
    });
  });
  if (asJson(options)) printJson(io, absenceJson(found));
  else printAbsence(found, options, io);
  return DONE;
}
