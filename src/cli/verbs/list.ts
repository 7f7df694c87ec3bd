import { withWatchfire } from '../connect.ts';
import { DONE, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { actionsInWords, triggerInWords } from '../view/words.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'ID' },
  { title: 'ENABLED', whole: true },
  { title: 'ACTIONS', leaves: 1 },
  { title: 'TRIGGER' },
];

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command)).addHelpText('after', '\nExample:\n  watchfire list');
  },

  async run(_, options, io) {
    const automations = await withWatchfire(options, io, (watchfire) => watchfire.list());
    const shown = automations.map(({ id, name, enabled, trigger, actions, actionsOnTrigger, actionsOnResolve }) => ({
      name,
      id,
      enabled,
      trigger: triggerInWords(trigger),
      actions: actionsInWords([...actions, ...actionsOnTrigger, ...actionsOnResolve]),
    }));
    if (asJson(options)) {
      printJson(io, shown);
      return DONE;
    }
    if (shown.length === 0) io.err('no automations yet: add some by "watchfire apply FILE"');
    const rows = shown.map(({ name, id, enabled, ...words }) => [
      name,
      id,
      enabled ? 'yes' : 'no',
      words.actions,
      words.trigger,
    ]);
    if (rows.length > 0) printTable(io, options, COLUMNS, rows);
    return DONE;
  },
};
