import { automationArguments, changeEach } from '../change-each.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  ofAutomations: true,

  configure(command) {
    automationArguments(command, 'watchfire disable failures');
  },

  async run(names, options, io) {
    return await changeEach(names, options, io, async (watchfire, { id, enabled }) => {
      await watchfire.disable(id);
      return { done: enabled ? 'disabled' : 'disabled already:' };
    });
  },
};
