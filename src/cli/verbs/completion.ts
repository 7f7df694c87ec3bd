import { completedCommon, completedVerbs } from '../completion.ts';
import { completionScript, SHELLS } from '../completion-scripts.ts';
import { withWatchfire } from '../connect.ts';
import { type Catalogue, DONE, Misuse, type Verb } from '../verb.ts';

/** What the scripts ask for while somebody types. */
const NAMES = 'names';

/** Ids that need no quoting in any shell; others are not offered. */
const HARMLESS = /^[\w.@+-]+$/;

/** @param catalogue the verbs that are completed */
export function completionVerb(catalogue: Catalogue): Verb {
  return {
    acts: SHELLS,

    configure(command) {
      command
        .usage(`<${SHELLS.join('|')}>`)
        .argument('<shell>', 'the shell whose words are to be completed')
        .addHelpText(
          'after',
          '\nCompletes verbs, options, and the ids of automations. Put it into the file that the shell reads at its start:\n' +
            '  bash  ~/.bashrc                   source <(watchfire completion bash)\n' +
            '  zsh   ~/.zshrc, behind compinit   source <(watchfire completion zsh)\n' +
            '  fish  ~/.config/fish/config.fish  watchfire completion fish | source\n' +
            '\nExample:\n  watchfire completion bash > /etc/bash_completion.d/watchfire',
        );
    },

    async run([word = ''], options, io) {
      if (word === NAMES) {
        const automations = await withWatchfire(options, io, (watchfire) => watchfire.list());
        for (const { id } of automations) if (HARMLESS.test(id)) io.out(id);
        return DONE;
      }
      const shell = SHELLS.find((known) => known === word);
      if (!shell) throw new Misuse(`completion: must be one of ${SHELLS.join(', ')} (found "${word}")`);
      io.out(completionScript(shell, await completedVerbs(catalogue), completedCommon()));
      return DONE;
    },
  };
}
