import { World } from './world.ts';

/**
 * Plays `event@time` steps, each arriving at `+` its second time if it has one; `-@time` is a look of the scheduler. An event has its step
 * up to `+` as its id.
 *
 * @param trigger of the automation `a`
 * @param settings of the namespace
 * @returns the world, the state name of the trigger and the ledger
 */
export async function play(
  trigger: object,
  line: string,
  settings: Readonly<Record<string, number>> = {},
): Promise<{ world: World; name: string; told: string[] }> {
  const world = new World();
  if (Object.keys(settings).length > 0) await world.redis.hset(world.store.keys.settings, settings);
  await world.put({ id: 'a', name: 'A', trigger });
  const { name } = await world.node('a');
  for (const step of line.split(' ')) {
    const [, event = '', t, at = t] = /^(\S+?)@([-\d.]+)(?:\+([\d.]+))?$/.exec(step) ?? [];
    world.at(Number(at));
    if (event === '-') await world.settle();
    else await world.meet(event, { id: `${event}@${t}`, t: Number(t) });
  }
  return { world, name, told: await world.told() };
}
