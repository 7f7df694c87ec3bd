import type { Command } from 'commander';
import { configuredBy, saidWith } from './configuration.ts';
import { attributeOf } from './setting-list.ts';
import type { Io } from './verb.ts';

/** Options of a verb as commander gives them; `configuredBy`: the place of each that was no option. */
export type CompletedOptions = Readonly<Record<string, unknown>> &
  Readonly<{ configuredBy: Readonly<Record<string, string>> }>;

/** What was given on the command line, and behind it what the environment and the configuration file say of the same. @throws Misuse */
export function completedOptions(command: Command, io: Pick<Io, 'env'>): CompletedOptions {
  const given = command.optsWithGlobals() as Record<string, unknown>;
  const declared = new Set([command, command.parent, command.parent?.parent].flatMap(attributesIn));
  const options: Record<string, unknown> = { ...given };
  const by: Record<string, string> = {};
  for (const [name, one] of configuredBy(io, given.config)) {
    const attribute = attributeOf(name);
    if (!declared.has(attribute) || saidWith(name).some((one) => isGiven(command, attributeOf(one)))) continue;
    options[attribute] = one.value;
    by[attribute] = one.by;
  }
  return { ...options, configuredBy: by };
}

function attributesIn(command: Command | null | undefined): string[] {
  return (command?.options ?? []).map((option) => option.attributeName());
}

function isGiven(command: Command, attribute: string): boolean {
  const source = command.getOptionValueSourceWithGlobals(attribute);
  return source !== undefined && source !== 'default';
}
