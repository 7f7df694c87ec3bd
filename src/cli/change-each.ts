import type { Command } from 'commander';
import type { Watchfire } from '../engine.ts';
import type { Automation } from '../model/automation.ts';
import { reasonOption } from './by-whom.ts';
import { confirmed, namesOf } from './confirm.ts';
import { withWatchfire } from './connect.ts';
import { DONE, FAILED, type Io } from './verb.ts';
import { plain } from './view/output.ts';

/** Declares the operands of a verb that changes automations. */
export function automationArguments(command: Command, example: string): void {
  reasonOption(command).argument('<automation...>', 'names or ids').addHelpText('after', `\nExample:\n  ${example}`);
}

/**
 * Does the same to each automation, named by id or name. All are looked up first, so that a misspelled one changes none.
 * @param change does it, and answers what has become of the automation: `disabled`, and what stands behind its name
 * @param question what a person has to agree to first; the names follow
 */
export async function changeEach(
  names: readonly string[],
  options: Readonly<Record<string, unknown>>,
  io: Io,
  change: (watchfire: Watchfire, automation: Automation) => Promise<{ done: string; rest?: string }>,
  question?: string,
): Promise<number> {
  return await withWatchfire(options, io, async (watchfire) => {
    const found = new Map<string, Automation>();
    for (const idOrName of names) {
      const automation = await watchfire.get(idOrName);
      found.set(automation.id, automation);
    }
    const shown = [...found.values()].map(({ id, name }) => `${name} (${id})`);
    if (question && !(await confirmed(`${question}: ${namesOf(shown)}?`, options, io))) return FAILED;
    for (const automation of found.values()) {
      const { done, rest = '' } = await change(watchfire, automation);
      io.out(plain(`${done} ${automation.name} (${automation.id})${rest}`));
    }
    return DONE;
  });
}
