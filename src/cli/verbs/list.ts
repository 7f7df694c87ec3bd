import { isSpread } from '../../match/placement.ts';
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

/** With the partitions on which an automation lives. */
const PLACED_COLUMNS: readonly Column[] = [
  ...COLUMNS.slice(0, 4),
  { title: 'PARTITION', whole: true },
  ...COLUMNS.slice(4),
];

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command)).addHelpText(
      'after',
      '\n-o json prints the documents, which apply takes.\n\nExample:\n  watchfire list',
    );
  },

  async run(_, options, io) {
    const { automations, layout } = await withWatchfire(options, io, async (watchfire) => ({
      automations: await watchfire.list(),
      layout: await watchfire.partitions(),
    }));
    if (asJson(options)) {
      printJson(
        io,
        automations.map(({ document }) => document),
      );
      return DONE;
    }
    if (automations.length === 0) io.err('no automations yet: add some by "watchfire apply FILE"');
    const rows = automations.map(
      ({ name, id, enabled, mode, trigger, actions, actionsOnTrigger, actionsOnResolve }) => [
        name,
        id,
        !enabled ? 'no' : mode === 'shadow' ? 'shadow' : 'yes',
        actionsInWords([...actions, ...actionsOnTrigger, ...actionsOnResolve]),
        ...(layout === null ? [] : [isSpread(trigger, layout.by) ? 'every' : 'global']),
        triggerInWords(trigger),
      ],
    );
    if (rows.length > 0) printTable(io, options, layout === null ? COLUMNS : PLACED_COLUMNS, rows);
    return DONE;
  },
};
