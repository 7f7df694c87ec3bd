import { withWatchfire } from '../connect.ts';
import { DONE, type Verb } from '../verb.ts';
import { stateComments, stateJson, stateOf } from '../view/automation-state.ts';
import { asJson, outputOption, printJson, yamlText } from '../view/output.ts';

export const verb: Verb = {
  ofAutomations: true,

  configure(command) {
    outputOption(command.argument('<automation>', 'its name or id'), ['yaml', 'json'])
      .option('--state', 'also its open windows and its last firing; as comments on a terminal anyway')
      .option('--no-state', 'only the document')
      .addHelpText(
        'after',
        '\nExample, to change one and put it back:\n  watchfire get failures > failures.yaml\n  watchfire apply failures.yaml',
      );
  },

  async run([idOrName = ''], options, io) {
    const json = asJson(options);
    const wanted = options.state === true || (options.state === undefined && io.interactive && !json);
    return await withWatchfire(options, io, async (watchfire) => {
      const automation = await watchfire.get(idOrName);
      const state = wanted ? await stateOf(watchfire, automation) : null;
      if (json) {
        printJson(io, state ? stateJson(state) : automation.document);
        return DONE;
      }
      io.out(yamlText(await import('yaml'), automation.document));
      for (const line of state ? stateComments(state, io.columns) : []) io.out(line);
      return DONE;
    });
  },
};
