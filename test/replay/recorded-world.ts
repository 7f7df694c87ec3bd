import { openWindows } from '../../src/inspect/windows.ts';
import { clearKeyOf, resolveAlertOf } from '../../src/redis/key-changes.ts';
import { writeQuotas } from '../../src/redis/quotas.ts';
import { writeSettings } from '../../src/redis/settings.ts';
import { apply } from '../../src/redis/steps/apply.ts';
import type { LiveEngine, LiveNamespace } from '../../src/replay/live.ts';
import type { ScratchPlace } from '../../src/replay/player.ts';
import type { Json } from '../oracle/event.ts';
import { randomOf } from '../rigs/chaos/load.ts';
import { AUTOMATIONS, Traffic } from '../rigs/chaos/traffic.ts';
import { freshNamespace } from '../support/namespace.ts';
import { ENGINE_KEYS, seconds, World } from '../support/world.ts';

/** What a replay reads. */
export const liveOf = ({ redis, store }: World): LiveEngine => ({ connections: { redis }, store });

/** The same of a namespace that is not divided. */
export const namespaceOf = (world: World): LiveNamespace => ({ ...liveOf(world), partitions: async () => null });

/** A namespace of its own to replay in. */
export const placeBeside = ({ redis }: World): ScratchPlace => ({
  redis,
  namespace: freshNamespace({ permanent: ENGINE_KEYS }),
});

/** Changes of what is there, each a few times on the way. */
type Changer = (world: World, pick: (bound: number) => number) => Promise<unknown>;

const documentAt = (index: number): Json => AUTOMATIONS[index % AUTOMATIONS.length] ?? {};

const CHANGERS: readonly Changer[] = [
  // Disabled, and enabled when it is its turn again.
  async (world, pick) => await world.put({ ...documentAt(pick(100)), enabled: false }),
  async (world, pick) => await world.put({ ...documentAt(pick(100)), enabled: true }),
  // Another definition in the same place, which starts from nothing; another name, which keeps all.
  async (world, pick) => {
    const document = documentAt(pick(100));
    const trigger = document.trigger as Json;
    await world.put({ ...document, trigger: { ...trigger, within: Number(trigger.within ?? 10) + 1 + pick(5) } });
  },
  async (world, pick) => await world.put({ ...documentAt(pick(100)), name: `name ${pick(1_000)}` }),
  async (world, pick) => {
    const { id } = documentAt(pick(100));
    if (await world.redis.hexists(world.store.keys.automations, String(id))) await world.remove(String(id));
  },
  async (world, pick) => await world.put(documentAt(pick(100))),
  async ({ redis, store }, pick) =>
    await writeSettings(redis, store, { earlyMs: pick(2) === 0 ? null : pick(100_000) }),
  async ({ redis, store }, pick) =>
    await writeSettings(redis, store, { followWaitMs: pick(2) === 0 ? null : 1_000 * pick(120) }),
  async (world, pick) => await decided(world, pick, clearKeyOf),
  async (world, pick) => await decided(world, pick, resolveAlertOf),
  async (world, pick) => await decided(world, pick, resolveAlertOf),
  async ({ redis, store }, pick) =>
    await writeQuotas(redis, store, { windowsPerAutomation: pick(2) === 0 ? null : 5 + pick(40) }),
];

/** Acts on a key that holds state, where there is one. */
async function decided(world: World, pick: (bound: number) => number, act: typeof clearKeyOf | typeof resolveAlertOf) {
  const { redis, store } = world;
  const { windows } = await openWindows(redis, store, { limit: 500 });
  const alerts = windows.filter((window) => window.path === '' && window.kind === 'event' && window.alert !== null);
  const found = act === resolveAlertOf && alerts.length > 0 ? alerts : windows;
  const one = found[pick(Math.max(1, found.length))];
  if (one && (act === clearKeyOf || one.path === '')) await act(redis, store, one);
}

/** What `apply` answered, by entry: what became of it, and the words of each automation, in order. */
export type Heard = Map<string, Readonly<{ outcome: string; words: ReadonlyMap<string, readonly string[]> }>>;

/** Applies all that waits. */
async function drain(world: World, heard: Heard): Promise<void> {
  for (let waiting = await world.waiting(); waiting.length > 0; waiting = await world.waiting()) {
    const chunk = await world.chunk(waiting);
    const { words } = await apply(world.redis, world.store, chunk);
    for (const [i, text] of words.entries()) {
      const entry = chunk.entries[i];
      const [outcome = '', ...told] = text.split(' ');
      const byAutomation = new Map<string, string[]>();
      const matches = entry && 'matches' in entry ? entry.matches : [];
      for (const [at, word] of told.entries()) {
        const { automation = '' } = chunk.triggers[(matches[at]?.trigger ?? 0) - 1] ?? {};
        byAutomation.set(automation, [...(byAutomation.get(automation) ?? []), word]);
      }
      heard.set(entry?.entry ?? '', { outcome, words: byAutomation });
    }
  }
}

/**
 * A run of an engine in virtual time: traffic with everything in it, entries that wait for a while, a scheduler that comes when it likes, and
 * definitions, settings and quotas that change on the way.
 * @param changes how often something is changed
 * @param gapMs how far entries lie apart, at most
 * @param heard gets what `apply` answered
 * @param quotas whether these are changed as well, and refuse keys
 */
export async function recordedRun(
  seed: number,
  {
    entries,
    changes,
    gapMs = 400,
    quotas = true,
    heard = new Map(),
  }: Readonly<{ entries: number; changes: number; gapMs?: number; quotas?: boolean; heard?: Heard }>,
): Promise<World> {
  const random = randomOf(seed);
  const pick = (bound: number): number => Math.floor(random() * bound);
  const world = await World.claimed();
  const traffic = new Traffic(random);
  for (const document of AUTOMATIONS) await world.put(document);
  let nowMs = world.clock.nowMs();
  const every = Math.max(1, Math.floor(entries / Math.max(1, changes)));
  for (let i = 1; i <= entries; i += 1) {
    nowMs += pick(gapMs);
    world.at(seconds(nowMs));
    await world.append(traffic.next(nowMs));
    if (i % 25 === 0 || random() < 0.01) await drain(world, heard);
    if (random() < 0.05) await world.settle();
    if (changes > 0 && i % every === 0) await CHANGERS[pick(CHANGERS.length - (quotas ? 0 : 1))]?.(world, pick);
  }
  await drain(world, heard);
  await world.settle();
  await drain(world, heard);
  return world;
}
