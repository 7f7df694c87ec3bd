import type { Watchfire } from '../../engine.ts';
import type { Automation } from '../../model/automation.ts';
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
    const remove = async (watchfire: Watchfire, { id }: Automation): Promise<{ done: string }> => {
      await watchfire.delete(id);
      return { done: 'deleted' };
    };
    return await changeEach(names, options, io, remove, question);
  },
};
