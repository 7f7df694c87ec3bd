import { automationArguments, changeEach } from '../change-each.ts';
import type { Verb } from '../verb.ts';

export const verb: Verb = {
  ofAutomations: true,

  configure(command) {
    automationArguments(command, 'watchfire promote failures');
  },

  async run(names, options, io) {
    return await changeEach(names, options, io, async (watchfire, { id, mode }) => {
      await watchfire.setMode(id, 'live');
      return { done: (mode ?? 'live') === 'live' ? 'live already:' : 'live now:' };
    });
  },
};
