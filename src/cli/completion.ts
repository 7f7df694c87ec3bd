import { Command } from 'commander';
import { commonOptions } from './common-options.ts';
import type { Catalogue, Listed } from './verb.ts';

/** What an operand or the value of an option is: automations are asked for, files found by the shell, others are not completed. */
export type Kind = 'automations' | 'files' | 'none';

/** An option. `value`: null when it takes none, else its words or what it is. */
export type CompletedOption = Readonly<{
  flags: readonly string[];
  summary: string;
  value: readonly string[] | Kind | null;
}>;

/** One verb, `['list']` or `['automations', 'ls']`, with what may follow it. */
export type CompletedVerb = Readonly<{
  path: readonly string[];
  summary: string;
  acts: readonly string[];
  operands: Kind;
  options: readonly CompletedOption[];
}>;

/** All that can be completed: every verb, also below its noun. Loads all verbs. */
export async function completedVerbs({ verbs, nouns }: Catalogue): Promise<CompletedVerb[]> {
  const plain = Object.entries(verbs).map(([name, listed]) => completed([name], listed));
  const below = Object.entries(nouns).flatMap(([noun, { acts }]) =>
    Object.entries(acts).map(([act, listed]) => completed([noun, act], listed)),
  );
  return await Promise.all([...plain, ...below]);
}

async function completed(path: readonly string[], { summary, load }: Listed): Promise<CompletedVerb> {
  const { verb } = await load();
  const command = new Command();
  verb.configure(command);
  const operands = verb.ofAutomations ? 'automations' : kindOf(command.registeredArguments[0]?.name() ?? '');
  return { path, summary, acts: verb.acts ?? [], operands, options: optionsOf(command) };
}

/** The options of all verbs. */
export function completedCommon(): CompletedOption[] {
  return optionsOf(commonOptions(new Command()));
}

function optionsOf(command: Command): CompletedOption[] {
  return command.options.map(({ short, long, flags, description, argChoices, required, optional }) => {
    const [, placeholder = ''] = /<(.*)>/.exec(flags) ?? [];
    const value = required || optional ? (argChoices ?? kindOf(placeholder, long)) : null;
    return { flags: [short, long].filter((flag) => flag !== undefined), summary: description, value };
  });
}

/** By the name that it has in the help. */
function kindOf(placeholder: string, long = ''): Kind {
  if (long === '--automation' && placeholder === 'name') return 'automations';
  return ['file', 'dir'].includes(placeholder) ? 'files' : 'none';
}
