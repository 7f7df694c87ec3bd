import type { Command } from 'commander';
import type { Watchfire } from '../../engine.ts';
import type { Silence } from '../../index.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { byWhom, whomOptions } from '../by-whom.ts';
import { withWatchfire } from '../connect.ts';
import { labelsIn } from '../key-operand.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { moment, withoutYear } from '../view/when.ts';

type Options = Readonly<Record<string, unknown>>;

const ACTS = ['ls', 'add', 'end'] as const;

export const verb: Verb = {
  acts: ACTS,

  configure(command: Command) {
    command
      .usage('[ls] [options] | add [options] | end <id...>')
      .argument('[act]', 'ls: list those that hold, as without a word; add: begin one; end: end them now')
      .argument('[id...]', 'end: ids of silences, as ls shows them')
      .option('--automation <name>', 'add: only firings of this automation, by name or id')
      .option('--label <name=value...>', 'add: only firings whose key has this label with this value')
      .option('--for <duration>', 'add: how long, such as 2h')
      .option('--all', 'ls: also those that ended within a week', false);
    wideOption(outputOption(whomOptions(command, 'add'))).addHelpText(
      'after',
      '\nA silenced firing is decided and recorded as ever, and none of its actions is carried out; "watchfire why" says by whom and why.\n' +
        'What ends an alert goes the way of what began it.\n\n' +
        'Example:\n  watchfire silence add --automation payment-overdue --label id=order.1 --for 2h --reason "known, we are on it"',
    );
  },

  async run([word = 'ls', ...ids], options, io) {
    const act = ACTS.find((known) => known === word);
    if (!act) throw new Misuse(`silence: must be one of ${ACTS.join(', ')} (found "${word}")`);
    if (act === 'end' && ids.length === 0) throw new Misuse('silence end: needs ids of silences');
    if (act !== 'end' && ids.length > 0) throw new Misuse(`silence ${act}: takes no ids (found "${ids[0]}")`);
    return await withWatchfire(options, io, async (watchfire) => {
      if (act === 'ls') return await list(watchfire, options, io);
      if (act === 'add') return await add(watchfire, options, io);
      return await end(watchfire, ids, io);
    });
  },
};

async function add(watchfire: Watchfire, options: Options, io: Io): Promise<number> {
  const { automation, reason, for: duration } = options;
  for (const [name, value] of Object.entries({ for: duration, reason })) {
    if (value === undefined) throw new Misuse(`silence add: needs --${name}`);
  }
  const silence = await watchfire.silence({
    ...(automation === undefined ? {} : { automation: String(automation) }),
    labels: labelsIn('--label:', (options.label as string[] | undefined) ?? []),
    for: String(duration),
    reason: String(reason),
    by: byWhom(options, io),
  });
  if (asJson(options)) printJson(io, silenceJson(silence));
  else io.out(plain(`silence ${silence.id} holds until ${moment(silence.until)}: ${whatOf(silence)}`));
  return DONE;
}

async function end(watchfire: Watchfire, ids: readonly string[], io: Io): Promise<number> {
  let missed = false;
  for (const id of ids) {
    const ended = await watchfire.endSilence(id);
    if (ended) io.out(plain(`ended ${id}`));
    else io.err(plain(`watchfire: the silence ${id} had ended before`));
    missed ||= !ended;
  }
  return missed ? FAILED : DONE;
}

async function list(watchfire: Watchfire, options: Options, io: Io): Promise<number> {
  const silences = await watchfire.silences({ ended: options.all === true });
  if (asJson(options)) printJson(io, silences.map(silenceJson));
  else if (silences.length === 0) io.err('no silences');
  else printTable(io, options, COLUMNS, silences.map(row));
  return DONE;
}

const COLUMNS: readonly Column[] = [
  { title: 'ID', whole: true },
  { title: 'SILENCES' },
  { title: 'FROM', whole: true, leaves: 1, short: withoutYear },
  { title: 'UNTIL', whole: true, short: withoutYear },
  { title: 'BY' },
  { title: 'REASON' },
];

function row(silence: Silence): string[] {
  const { id, from, until, by, reason } = silence;
  return [id, whatOf(silence), moment(from), moment(until), by, reason];
}

function whatOf({ automation, labels }: Silence): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [...(automation === null ? [] : [automation]), ...pairs].join(' ');
}

function silenceJson({ from, until, ...silence }: Silence): Record<string, unknown> {
  return { ...silence, from: formatTimestamp(from), until: formatTimestamp(until) };
}
