import type { Redis } from 'ioredis';
import { loadScript, parseContract } from '../../../src/redis/script.ts';
import { stands, textOf } from './copy.ts';
import { broken, type Mutation } from './mutation.ts';

/** Why a mutation says nothing, null when it does: the source has moved on, or what stands there afterwards is no program. */
export async function faultOf(mutation: Mutation, scripts: readonly string[], redis: Redis): Promise<string | null> {
  return faultOfPlace(mutation) ?? (await faultOfLoading(mutation, scripts, redis));
}

/** Why the source has nothing to break, null when it has. */
export function faultOfPlace({ file, find, replace, test }: Mutation): string | null {
  if (!stands(file)) return 'its file is not there';
  const places = textOf(file).split(find).length - 1;
  if (places !== 1) return `stands at ${places} places`;
  if (find === replace) return 'changes nothing';
  return stands(test) ? null : `${test} is not there`;
}

/** A script that does not even load is noticed by every test, and so by none. */
async function faultOfLoading(mutation: Mutation, scripts: readonly string[], redis: Redis): Promise<string | null> {
  if (!mutation.file.endsWith('.lua')) return null;
  const changed = broken(textOf(mutation.file), mutation);
  const read = (file: string): string => (`lua/${file}` === mutation.file ? changed : textOf(`lua/${file}`));
  try {
    for (const name of scripts) {
      const { words } = parseContract(name, read(`${name}.lua`));
      await redis.script('LOAD', loadScript(name, { words }, read).source);
    }
    return null;
  } catch (error) {
    return `does not load: ${(error as Error).message}`;
  }
}
