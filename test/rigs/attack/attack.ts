import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** One attack, as a program: it has its own server, and leaves nothing behind. */
export type Attack = Readonly<{
  /** The one who attacks: `producer`, `another local user`, `writer of automations` … as in docs/security.md. */
  by: string;
  /** What is tried, and what of it must not succeed, as the rest of that sentence. */
  what: string;
  /** @returns what held, as a sentence @throws when the attack succeeds */
  run: () => Promise<string>;
}>;

const FOLDER = path.join(import.meta.dirname, 'programs');

/** The names of all attacks. */
export async function attackNames(): Promise<string[]> {
  return (await readdir(FOLDER)).map((file) => path.basename(file, '.ts')).sort();
}

export async function attackOf(name: string): Promise<Attack> {
  const { attack } = (await import(path.join(FOLDER, `${name}.ts`))) as { attack: Attack };
  return attack;
}

/** Fails with the sentence where the attack has succeeded. */
export function mustHold(sentence: string, holds: boolean): void {
  if (!holds) throw new Error(`the attack succeeded: not ${sentence}`);
}
