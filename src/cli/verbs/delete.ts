import { automationArguments, changeEach } from '../change-each.ts';
import { yesOption } from '../confirm.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  ofAutomations: true,

  configure(command) {
    yesOption(command);
    automationArguments(command, 'watchfire delete failures');
  },

  async run(names, options, io) {
    const question = 'delete, with all of their state';
    return await changeEach(names, options, io, 'deleted', (watchfire, id) => watchfire.delete(id), question);
  },
};
