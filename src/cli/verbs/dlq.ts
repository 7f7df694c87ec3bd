import { type Command, Option } from 'commander';
import type { Watchfire } from '../../engine.ts';
import type { DeadLetter } from '../../inspect/dead-letters.ts';
import { formatTimestamp, LATEST_MS } from '../../model/timestamp.ts';
import { reasonOption } from '../by-whom.ts';
import { confirmed, yesOption } from '../confirm.ts';
import { withWatchfire } from '../connect.ts';
import { durationOption, wholeOption } from '../settings.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { boundOf, type Column, facts, printTable, wideOption } from '../view/table.ts';
import { count, moment, withoutYear } from '../view/when.ts';
import { durationInWords } from '../view/words.ts';

/** Most letters shown at a time: all of them are held, with their fields. */
const LIMIT_MAX = 10_000;

const ACTS = ['ls', 'show', 'redrive', 'purge'] as const;
type Act = (typeof ACTS)[number];

type Options = Readonly<Record<string, unknown>>;

/** What is meant: letters by their ids, all of them, or those older than a time in ms. */
type Chosen = { ids: readonly string[] } | { all: true } | { olderThanMs: number };

export const verb: Verb = {
  acts: ACTS,

  configure(command: Command) {
    command
      .usage('[ls|show|redrive|purge] [id...] [options]')
      .argument(
        '[act]',
        'ls: list them, as without a word; show: one with its fields; redrive: send again; purge: remove for good',
      )
      .argument('[id...]', 'ids of dead letters, as ls shows them')
      .option('--limit <count>', 'ls: how many, the newest ones', '20')
      .addOption(new Option('--all', 'redrive, purge: all there are').default(false))
      .option('--older-than <duration>', 'purge: those given up longer ago than this, such as 7d');
    reasonOption(yesOption(wideOption(outputOption(command)))).addHelpText(
      'after',
      '\nA redriven event goes to the end of the log, a redriven firing to its queues again. What would only come back stays.\n\nExample:\n  watchfire dlq redrive --all',
    );
  },

  async run([word = 'ls', ...ids], options, io) {
    const act = ACTS.find((known) => known === word);
    if (!act) throw new Misuse(`dlq: must be one of ${ACTS.join(', ')} (found "${word}")`);
    const chosen = chosenBy(act, ids, options);
    const limit = wholeOption(options, 'limit', 1, LIMIT_MAX);
    const patient = act === 'redrive' || act === 'purge';
    return await withWatchfire(
      options,
      io,
      async (watchfire) => {
        if (act === 'ls') return await list(watchfire, limit, options, io);
        if (act === 'show') return await show(watchfire, ids, options, io);
        if (act === 'redrive') return await redrive(watchfire, chosen, options, io);
        return await purge(watchfire, chosen, options, io);
      },
      { patient },
    );
  },
};

/** A stream id, written out in full. */
const DEAD_LETTER_ID = /^\d{1,20}-\d{1,20}$/;

/** Nothing may be sent again or removed because something was left out by mistake. */
function chosenBy(act: Act, ids: readonly string[], options: Options): Chosen {
  for (const id of ids) {
    if (!DEAD_LETTER_ID.test(id)) throw new Misuse(`dlq ${act}: an id must be like 1700000000000-0 (found "${id}")`);
  }
  const olderThanMs = durationOption(options, 'olderThan');
  const ways = Number(ids.length > 0) + Number(options.all === true) + Number(olderThanMs !== null);
  if (act === 'ls' && ways > 0) throw new Misuse('dlq ls: takes no ids, --all or --older-than');
  if (act === 'show' && (ids.length === 0 || ways > 1)) throw new Misuse('dlq show: needs ids of dead letters');
  if (act === 'redrive' && olderThanMs !== null) throw new Misuse('dlq redrive: takes no --older-than');
  if ((act === 'redrive' || act === 'purge') && ways !== 1) {
    const age = act === 'purge' ? ', --older-than' : '';
    throw new Misuse(`dlq ${act}: needs either ids${age} or --all`);
  }
  if (olderThanMs !== null) return { olderThanMs };
  return options.all === true ? { all: true } : { ids };
}

async function list(watchfire: Watchfire, limit: number, options: Options, io: Io): Promise<number> {
  const letters = await watchfire.deadLetters({ limit });
  if (asJson(options)) printJson(io, letters.map(deadLetterJson));
  else if (letters.length === 0) io.err('no dead letters');
  else printTable(io, options, COLUMNS, letters.map(row));
  await io.drained();
  return DONE;
}

async function show(watchfire: Watchfire, ids: readonly string[], options: Options, io: Io): Promise<number> {
  const found: DeadLetter[] = [];
  for (const id of ids) {
    const letter = await watchfire.deadLetter(id);
    if (letter) found.push(letter);
    else io.err(`watchfire: there is no dead letter ${id}`);
  }
  if (asJson(options)) printJson(io, found.map(deadLetterJson));
  else for (const letter of found) for (const line of linesOf(letter, boundOf(io, options))) io.out(line);
  await io.drained();
  return found.length === ids.length ? DONE : FAILED;
}

async function redrive(watchfire: Watchfire, chosen: Chosen, options: Options, io: Io): Promise<number> {
  const letters = 'ids' in chosen ? chosen.ids : 'all';
  const { redriven, gone, unfit } = await watchfire.redrive(letters, io.signal);
  if (asJson(options)) printJson(io, { redriven, gone, unfit });
  else io.out(`redriven ${count(redriven)}`);
  for (const id of gone) io.err(`watchfire: there is no dead letter ${id}`);
  for (const { id, reason } of unfit) io.err(plain(`watchfire: the dead letter ${id} stays: it ${reason}`));
  return gone.length + unfit.length === 0 && !io.signal.aborted ? DONE : FAILED;
}

async function purge(watchfire: Watchfire, chosen: Chosen, options: Options, io: Io): Promise<number> {
  const letters = 'ids' in chosen ? chosen.ids : 'all' in chosen ? 'all' : chosen;
  if (!(await confirmed(`remove ${lettersInWords(chosen)} for good?`, options, io))) return FAILED;
  const purged = await watchfire.purge(letters);
  if (asJson(options)) printJson(io, { purged });
  else io.out(`purged ${count(purged)}`);
  if (!('ids' in chosen) || purged === new Set(chosen.ids).size) return DONE;
  io.err('watchfire: some of these dead letters were not there');
  return FAILED;
}

function lettersInWords(chosen: Chosen): string {
  if ('ids' in chosen) return chosen.ids.length === 1 ? '1 dead letter' : `${count(chosen.ids.length)} dead letters`;
  return 'all' in chosen ? 'all dead letters' : `the dead letters older than ${durationInWords(chosen.olderThanMs)}`;
}

const COLUMNS: readonly Column[] = [
  { title: 'ID', whole: true },
  { title: 'GIVEN UP', whole: true, leaves: 1, short: withoutYear },
  { title: 'FROM', whole: true },
  { title: 'TRIED', whole: true, leaves: 2 },
  { title: 'REASON' },
];

function row(letter: DeadLetter): string[] {
  const { id, attempts, reason, error } = letter;
  const from = fromOf(letter).source;
  return [id, moment(givenUpMs(letter)), from, String(attempts), error === '' ? reason : `${reason}: ${error}`];
}

/** What came from elsewhere has the name of its source. */
function fromOf({ source, entry }: DeadLetter): Readonly<{ source: string; entry: string }> {
  if (source !== 'sources') return { source, entry };
  const [name = ''] = entry.split(' ', 1);
  return { source: `source ${name}`, entry: entry.slice(name.length + 1) };
}

function deadLetterJson(letter: DeadLetter): Record<string, unknown> {
  return { ...letter, given_up: formatTimestamp(givenUpMs(letter)) };
}

function linesOf(letter: DeadLetter, bound: number | null): string[] {
  const { id, reason, error, attempts, fields, bytes, sha1, beginning } = letter;
  const { source, entry } = fromOf(letter);
  const head: [string, string][] = [
    ['id', id],
    ['given up', moment(givenUpMs(letter))],
    ['from', `${source}, entry ${entry}`],
    ['reason', reason],
    ['error', error === '' ? '-' : error],
    ['tried', String(attempts)],
    ['fields', fields.length === 0 ? 'none' : String(Math.ceil(fields.length / 2))],
    ...(bytes === undefined
      ? []
      : [['size', `${count(bytes)} bytes, of which the beginning is shown`] as [string, string]]),
    ...(sha1 === undefined ? [] : [['SHA-1', sha1 === '' ? 'not known yet' : sha1] as [string, string]]),
  ];
  const own = fields.flatMap((name, at) => (at % 2 === 0 ? [`  ${plain(name)}: ${plain(fields[at + 1] ?? '')}`] : []));
  const begins = beginning === undefined ? [] : [`  ${plain(beginning)}`];
  return [...facts(head, bound), ...own, ...begins];
}

/** With partitions the id begins with the partition: `7/1795968494242-0`. */
export function givenUpMs({ id }: Pick<DeadLetter, 'id'>): number {
  return Math.min(Number.parseInt(id.slice(id.indexOf('/') + 1), 10), LATEST_MS);
}
