import { InvalidDocument } from '../../errors.ts';
import type { NamespaceSettings, NamespaceSettingsChanges } from '../../index.ts';
import { parseDuration } from '../../model/duration.ts';
import {
  checkNamespaceSettings,
  DEFAULT_NAMESPACE_SETTINGS,
  LARGEST_EARLY_MS,
  LARGEST_FOLLOW_WAIT_MS,
} from '../../model/namespace-settings.ts';
import { reasonOption } from '../by-whom.ts';
import { withWatchfire } from '../connect.ts';
import { DONE, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { durationInWords } from '../view/words.ts';

type Options = Readonly<Record<string, unknown>>;

const ACTS = ['ls', 'set'] as const;

const COLUMNS: readonly Column[] = [{ title: 'SETTING' }, { title: 'VALUE' }, { title: 'DEFAULT' }];

export const verb: Verb = {
  acts: ACTS,

  configure(command) {
    command
      .usage('[ls|set] [name=value...] [options]')
      .argument('[act]', 'ls: show them, as without a word; set: change those that are named')
      .argument('[name=value...]', 'set: early=30m, follow-wait=15m, ignored=a,b; "default" puts one back');
    reasonOption(wideOption(outputOption(command))).addHelpText(
      'after',
      `\nearly: how long expected events are remembered for arming events that come behind them, up to ${durationInWords(LARGEST_EARLY_MS)}\n` +
        `follow-wait: how long an event waits for the one it follows, up to ${durationInWords(LARGEST_FOLLOW_WAIT_MS)}; 0 means not at all\n` +
        'ignored: names of events that are acknowledged and never applied, with commas between them; none: ignored=\n' +
        'They hold for all workers of the namespace, from the next entry of the log on.\n' +
        '\nExample:\n  watchfire settings set early=1h ignored=heartbeat,debug.log',
    );
  },

  async run([word = 'ls', ...pairs], options, io) {
    const act = ACTS.find((known) => known === word);
    if (!act) throw new Misuse(`settings: must be one of ${ACTS.join(', ')} (found "${word}")`);
    if (act === 'ls' && pairs.length > 0) throw new Misuse(`settings ls: takes no operand (found "${pairs[0]}")`);
    if (act === 'set' && pairs.length === 0) throw new Misuse('settings set: needs at least one name=value');
    const changes = changesIn(pairs);
    return await withWatchfire(options, io, async (watchfire) => {
      if (act === 'set') await watchfire.setNamespaceSettings(changes);
      const settings = await watchfire.namespaceSettings();
      if (asJson(options)) printJson(io, settingsJson(settings));
      else print(settings, options, io);
      return DONE;
    });
  },
};

/** @throws Misuse; then nothing is changed, whatever else was given */
function changesIn(pairs: readonly string[]): NamespaceSettingsChanges {
  const changes = Object.assign({}, ...pairs.map(changeOf)) as NamespaceSettingsChanges;
  try {
    checkNamespaceSettings(changes);
  } catch (error) {
    if (error instanceof InvalidDocument) throw new Misuse(`settings set: ${error.message} (found ${error.value})`);
    throw error;
  }
  return changes;
}

function changeOf(pair: string): NamespaceSettingsChanges {
  const [name = '', text = null] = /^([^=]*)=(.*)$/s.exec(pair)?.slice(1) ?? [];
  if (text === null) throw new Misuse(`settings set: must be name=value (found "${pair}")`);
  const reset = text === 'default';
  switch (name) {
    case 'early':
      return { earlyMs: reset ? null : durationOf(name, text, LARGEST_EARLY_MS) };
    case 'follow-wait':
      return { followWaitMs: reset ? null : durationOf(name, text, LARGEST_FOLLOW_WAIT_MS) };
    case 'ignored':
      return { ignored: reset ? null : text.split(',').filter((one) => one !== '') };
    default:
      throw new Misuse(`settings set: must be early, follow-wait or ignored (found "${name}")`);
  }
}

function durationOf(name: string, text: string, mostMs: number): number {
  const duration = parseDuration(text === '0' ? 0 : text);
  if (duration && duration.sign >= 0 && Number.isInteger(duration.ms) && duration.ms <= mostMs) return duration.ms;
  const form = `must be a duration like 30m, up to ${durationInWords(mostMs)}`;
  throw new Misuse(`settings set: ${name}: ${form} (found "${text}")`);
}

function print(settings: NamespaceSettings, options: Options, io: Io): void {
  const byDefault = cellsOf(DEFAULT_NAMESPACE_SETTINGS);
  const rows = cellsOf(settings).map(([name, value], i) => [name, value, byDefault[i]?.[1] ?? '']);
  printTable(io, options, COLUMNS, rows);
}

function cellsOf({ earlyMs, followWaitMs, ignored }: NamespaceSettings): [name: string, value: string][] {
  return [
    ['early', durationInWords(earlyMs)],
    ['follow-wait', durationInWords(followWaitMs)],
    ['ignored', ignored.length === 0 ? '-' : ignored.join(',')],
  ];
}

function settingsJson({ earlyMs, followWaitMs, ignored }: NamespaceSettings): Record<string, unknown> {
  return { early_seconds: earlyMs / 1_000, follow_wait_seconds: followWaitMs / 1_000, ignored };
}
