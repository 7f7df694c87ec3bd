import { withWatchfire } from '../connect.ts';
import { DONE, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';

export const verb: Verb = {
  configure(command) {
    outputOption(command.argument('<automation>', 'its name or id'), ['yaml', 'json']).addHelpText(
      'after',
      '\nExample, to change one and put it back:\n  watchfire get failures > failures.yaml\n  watchfire apply failures.yaml',
    );
  },

  async run([idOrName = ''], options, io) {
    const { document } = await withWatchfire(options, io, (watchfire) => watchfire.get(idOrName));
    if (asJson(options)) {
      printJson(io, document);
      return DONE;
    }
    const { stringify } = await import('yaml');
    // Whole lines, so that what is stored in one line is shown and compared as one.
    io.out(stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd());
    return DONE;
  },
};
