import { parseAutomation } from '../../model/automation.ts';
import { automationArguments, changeEach } from '../change-each.ts';
import type { Verb } from '../verb.ts';
import { dropsInWords } from '../view/drops.ts';

export const verb: Verb = {
  ofAutomations: true,

  configure(command) {
    automationArguments(command, 'watchfire enable failures');
  },

  async run(names, options, io) {
    return await changeEach(names, options, io, async (watchfire, { id, enabled, document }) => {
      const automation = parseAutomation({ ...document, enabled: true });
      const [drops] = enabled ? [] : await watchfire.drops([{ id, automation }]);
      await watchfire.enable(id);
      return { done: enabled ? 'enabled already:' : 'enabled', rest: drops ? dropsInWords(drops) : '' };
    });
  },
};
