import { Option } from 'commander';
import { convertSigma } from '../sigma/convert.ts';
import { sourceOf } from '../source.ts';
import { DONE, FAILED, type Verb } from '../verb.ts';
import { plain } from '../view/output.ts';

export const verb: Verb = {
  configure(command) {
    command
      .argument('<file>', 'rules in YAML; - is standard input')
      .addOption(new Option('--from <form>', 'what it is written in').choices(['sigma']).makeOptionMandatory())
      .addHelpText(
        'after',
        '\nPrints automations as YAML. What differs from what a rule says stands in a comment above its automation; a rule that cannot\n' +
          'be said is left out, with the reason in a comment and on stderr, and the exit status is 1.\n' +
          '\nExample:\n  watchfire convert --from sigma brute_force.yml > automations.yaml',
      );
  },

  async run([file = '-'], _, io) {
    const source = await sourceOf(file, io);
    const { yaml, count, left } = convertSigma(source.text, source.file);
    io.out(yaml.trimEnd());
    for (const reason of left) io.err(plain(`watchfire: not converted: ${reason}`));
    if (count + left.length === 0) io.err(`watchfire: ${source.file} holds no rule`);
    await io.drained();
    return count > 0 && left.length === 0 ? DONE : FAILED;
  },
};
