import { publicUrl } from '../../session.ts';
import { targetOf } from '../connect.ts';
import { sayerOf } from '../secret-files.ts';
import { defaultOf } from '../setting-defaults.ts';
import { attributeOf, purposeOf, SECRETS, SETTING_NAMES, variableOf } from '../setting-list.ts';
import { DONE, type Io, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';

type Options = Readonly<Record<string, unknown>>;

/** A setting as it holds; `value`: null where there is none. */
type Held = Readonly<{ name: string; value: unknown; by: string; variable: string; purpose: string }>;

const COLUMNS: readonly Column[] = [
  { title: 'SETTING', whole: true },
  { title: 'VALUE' },
  { title: 'BY' },
  { title: 'PURPOSE', leaves: 1 },
];

/** In place of a secret. */
const REDACTED = '***';

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command));
    const declared = new Set([command, command.parent].flatMap((one) => one?.options.map(({ long }) => long) ?? []));
    for (const name of SETTING_NAMES)
      if (!declared.has(`--${name}`)) command.option(`--${name} <value>`, purposeOf(name));
    command.addHelpText(
      'after',
      '\nPrints what holds, and who says so. An option is nearest, then WATCHFIRE_<NAME> of the environment, then the file of --config, then the default.\n' +
        'What a verb does not take is left out by it.\n\nExample:\n  watchfire config --config watchfire.yaml',
    );
  },

  async run(_, options, io) {
    const held = SETTING_NAMES.map((name) => heldOf(name, options, io));
    if (asJson(options)) printJson(io, Object.fromEntries(held.map(({ name, ...rest }) => [name, rest])));
    else
      printTable(
        io,
        options,
        COLUMNS,
        held.map(({ name, value, by, purpose }) => [name, shown(value), by, purpose]),
      );
    return DONE;
  },
};

function heldOf(name: string, options: Options, io: Io): Held {
  const about = { name, variable: variableOf(name), purpose: purposeOf(name) };
  if (name === 'redis') {
    const { url, by } = targetOf(options, io);
    return { ...about, value: publicUrl(url), by };
  }
  const value = options[attributeOf(name)];
  if (value === undefined) return { ...about, value: defaultOf(name), by: 'default' };
  return { ...about, value: SECRETS.has(name) ? REDACTED : value, by: sayerOf(options, attributeOf(name)) };
}

function shown(value: unknown): string {
  return value === null ? '–' : [value].flat().join(' ');
}
