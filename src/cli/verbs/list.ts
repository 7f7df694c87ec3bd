import { withWatchfire } from '../connect.ts';
import { DONE, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson, table } from '../view/output.ts';
import { actionsInWords, triggerInWords } from '../view/words.ts';

export const verb: Verb = {
  configure(command) {
    outputOption(command).addHelpText('after', '\nExample:\n  watchfire list');
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
    const lines = shown.length === 0 ? [] : table([['NAME', 'ID', 'ENABLED', 'ACTIONS', 'TRIGGER'], ...rows]);
    for (const line of lines) io.out(line);
    return DONE;
  },
};
