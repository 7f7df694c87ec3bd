import type { Command } from 'commander';
import type { Watchfire } from '../engine.ts';
import { confirmed, namesOf } from './confirm.ts';
import { withWatchfire } from './connect.ts';
import { DONE, FAILED, type Io } from './verb.ts';
import { plain } from './view/output.ts';

/** Declares the operands of a verb that changes automations. */
export function automationArguments(command: Command, example: string): void {
  command.argument('<automation...>', 'names or ids').addHelpText('after', `\nExample:\n  ${example}`);
}

/**
 * Does the same to each automation, named by id or name. All are looked up first, so that a misspelled one changes none.
 * @param done what has become of it: `disabled`
 * @param question what a person has to agree to first; the names follow
 */
export async function changeEach(
  names: readonly string[],
  options: Readonly<Record<string, unknown>>,
  io: Io,
  done: string,
  change: (watchfire: Watchfire, id: string) => Promise<void>,
  question?: string,
): Promise<number> {
  return await withWatchfire(options, io, async (watchfire) => {
    const found = new Map<string, string>();
    for (const idOrName of names) {
      const { id, name } = await watchfire.get(idOrName);
      found.set(id, name);
    }
    const shown = [...found].map(([id, name]) => `${name} (${id})`);
    if (question && !(await confirmed(`${question}: ${namesOf(shown)}?`, options, io))) return FAILED;
    for (const [id, name] of found) {
      await change(watchfire, id);
      io.out(plain(`${done} ${name} (${id})`));
    }
    return DONE;
  });
}
