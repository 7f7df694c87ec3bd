import type { Command } from 'commander';
import type { Watchfire } from '../../engine.ts';
import { byWhom, whomOptions } from '../by-whom.ts';
import { withWatchfire } from '../connect.ts';
import { keyOperand } from '../key-operand.ts';
import { wholeOption } from '../settings.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { ALERT_COLUMNS, alertJson, alertLines, alertRow } from '../view/alert.ts';
import { labelsInWords } from '../view/firing.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { boundOf, printTable, wideOption } from '../view/table.ts';
import { moment } from '../view/when.ts';

/** Most alerts shown at a time. */
const LIMIT_MAX = 10_000;

const ACTS = ['ls', 'show', 'resolve', 'ack', 'snooze'] as const;
type Act = (typeof ACTS)[number];

type Options = Readonly<Record<string, unknown>>;
type Key = ReturnType<typeof keyOperand>;

export const verb: Verb = {
  acts: ACTS,

  configure(command: Command) {
    command
      .usage('[ls] [options] | show|resolve|ack|snooze <automation> [name=value...] [options]')
      .argument(
        '[act]',
        'ls: what is open, as without a word; show: one whole; resolve: end it; ack, snooze: see below',
      )
      .argument('[key...]', 'the automation, by id or name, and the key')
      .option('--limit <count>', 'ls: how many, those that have lasted longest', '50')
      .option('--automation <name>', 'ls: only those of one automation, by name or id')
      .option('--for <duration>', 'snooze: how long, such as 2h');
    wideOption(outputOption(whomOptions(command, 'ack, snooze'))).addHelpText(
      'after',
      '\nresolve ends an alert as an event would: its actions_on_resolve are carried out. ack says that you see to it: its reminders\n' +
        'go to nobody until it is renewed or over. snooze silences the key for a while, as "watchfire silence" does.\n\n' +
        'Examples:\n  watchfire alerts resolve payment-overdue id=order.1\n  watchfire alerts ack payment-overdue id=order.1 --reason "on it"',
    );
  },

  async run([word = 'ls', ...rest], options, io) {
    const act = ACTS.find((known) => known === word);
    if (!act) throw new Misuse(`alerts: must be one of ${ACTS.join(', ')} (found "${word}")`);
    if (act === 'ls' && rest.length > 0) throw new Misuse('alerts ls: takes no key, use --automation');
    const limit = wholeOption(options, 'limit', 1, LIMIT_MAX);
    const key = act === 'ls' ? null : keyOperand(`alerts ${act}`, rest);
    for (const needed of NEEDED[act] ?? []) {
      if (options[needed] === undefined) throw new Misuse(`alerts ${act}: needs --${needed}`);
    }
    return await withWatchfire(options, io, async (watchfire) => {
      if (key === null) return await list(watchfire, limit, options, io);
      const lines = await answer(watchfire, act, key, options, io);
      if (lines !== null) {
        for (const line of lines) io.out(line);
        return DONE;
      }
      io.err(plain(`watchfire: ${key.automation} has no alert for ${labelsInWords(key.labels)}`));
      return FAILED;
    });
  },
};

const NEEDED: Readonly<Partial<Record<Act, readonly string[]>>> = { ack: ['reason'], snooze: ['for', 'reason'] };

/** What to print; null where there is no alert. */
async function answer(
  watchfire: Watchfire,
  act: Act,
  key: Key,
  options: Options,
  io: Io,
): Promise<readonly string[] | null> {
  const { automation, labels } = key;
  const said = (text: string, json: unknown): string[] => (asJson(options) ? [JSON.stringify(json)] : [plain(text)]);
  const what = `${automation} ${labelsInWords(labels)}`;
  if (act === 'show') {
    const { id } = await watchfire.get(automation);
    const [alert] = await watchfire.alerts({ automation: id, labels, limit: 1 });
    if (!alert) return null;
    return asJson(options) ? said('', alertJson(alert)) : alertLines(alert, boundOf(io, options));
  }
  if (act === 'resolve') {
    const resolved = await watchfire.resolveAlert(automation, labels);
    return resolved ? said(`resolved ${what}`, { resolved: key }) : null;
  }
  const whom = { by: byWhom(options, io), reason: String(options.reason) };
  if (act === 'ack') {
    const silence = await watchfire.acknowledgeAlert(automation, labels, whom);
    return silence && said(`acknowledged ${what}: no reminders until it is renewed or over`, silence);
  }
  const silence = await watchfire.silence({ automation, labels, for: String(options.for), ...whom });
  return said(`snoozed ${what} until ${moment(silence.until)}, silence ${silence.id}`, silence);
}

async function list(watchfire: Watchfire, limit: number, options: Options, io: Io): Promise<number> {
  const { automation } = options;
  const only = automation === undefined ? {} : { automation: (await watchfire.get(String(automation))).id };
  const alerts = await watchfire.alerts({ limit, ...only });
  if (asJson(options)) printJson(io, alerts.map(alertJson));
  else if (alerts.length === 0) io.err('no open alerts');
  else printTable(io, options, ALERT_COLUMNS, alerts.map(alertRow));
  await io.drained();
  return DONE;
}
