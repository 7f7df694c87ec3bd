import { Argument } from 'commander';
import { schemas } from '../../model/json-schema.ts';
import { DONE, type Verb } from '../verb.ts';
import { printJson } from '../view/output.ts';

export const verb: Verb = {
  configure(command) {
    const names = Object.keys(schemas());
    command
      .addArgument(new Argument('[document]', 'which one; all of them in one object when left out').choices(names))
      .addHelpText(
        'after',
        '\nExample, to have automations checked in an editor:\n  watchfire schema automation > automation.schema.json\n' +
          'with this first line in the YAML file:\n  # yaml-language-server: $schema=automation.schema.json',
      );
  },

  async run([name], _, io) {
    const all: Record<string, unknown> = schemas();
    printJson(io, name === undefined ? all : all[name]);
    await io.drained();
    return DONE;
  },
};
