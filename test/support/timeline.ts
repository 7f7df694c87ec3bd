import { expect } from 'vitest';
import { indexFaults } from './deadlines.ts';
import { World } from './world.ts';

/**
 * Plays `event@time` steps, each arriving at `+` its second time if it has one; `-@time` is a look of the scheduler. An event has its step
 * up to `+` as its id; `event=value@time` has a payload with that `v`, as JSON or else as text.
 *
 * @param trigger of the automation `a`
 * @param settings of the namespace
 * @returns the world, the state name of the trigger, the words of the events and the ledger
 */
export async function play(
  trigger: object,
  line: string,
  settings: Readonly<Record<string, number>> = {},
): Promise<{ world: World; name: string; words: string; told: string[] }> {
  const world = new World();
  if (Object.keys(settings).length > 0) await world.redis.hset(world.store.keys.settings, settings);
  await world.put({ id: 'a', name: 'A', trigger });
  const { name } = await world.node('a');
  return { world, name, words: await playOn(world, line), told: await world.told() };
}

/** Goes on with steps in a world. @returns the words of the events */
export async function playOn(world: World, line: string): Promise<string> {
  const words: string[] = [];
  for (const step of line.split(' ')) {
    const [, event = '', t, at = t] = /^(\S+?)@([-\d.]+)(?:\+([\d.]+))?$/.exec(step) ?? [];
    const [name = '', value] = event.split('=');
    world.at(Number(at));
    if (event === '-') await world.settle();
    else {
      const said = await world.meet(name, {
        id: `${event}@${t}`,
        t: Number(t),
        ...(value !== undefined && { payload: { v: jsonOrText(value) } }),
      });
      words.push(said.replace('applied ', ''));
    }
  }
  return words.join(' ');
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A row of a table of timelines: its promise, trigger, steps, the words of the events, and the ledger. */
export type Line = [promise: string, trigger: object, line: string, words: string, ...told: string[]];

/** What a line leads to, to be compared with {@link toldOf}. */
export async function playLine([, trigger, line]: Line): Promise<string[]> {
  const { world, words, told } = await play(trigger, line);
  expect(indexFaults(await world.state())).toEqual([]);
  return [words, ...told];
}

/** The last columns of a line: words and ledger. */
export const toldOf = ([, , , ...told]: Line): string[] => told;

/** Plays a line and says whether anything is kept of the trigger afterwards. */
export async function isKept(trigger: object, line: string): Promise<boolean> {
  const { world, name } = await play(trigger, line);
  const kept = Object.keys(await world.state()).filter((key) => /^(windows|last|deadlines):/.test(key));
  expect(kept.filter((key) => !key.endsWith(`:${name}`))).toEqual([]);
  return kept.length > 0;
}
