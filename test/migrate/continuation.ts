import type { Redis } from 'ioredis';

/** The hands of a world (test/support/world.ts) that this takes: those that each version's own has. */
type Hands = {
  redis: Redis;
  namespace: string;
  clock: { moveTo(ms: number): void };
  put(document: object): Promise<number>;
  append(fields: string[]): Promise<string>;
  drain(): Promise<string[]>;
  settle(): Promise<void>;
};

/** What came of a continuation: the words of entries, phase by phase; what fired; what is counted in the end. */
export type Continued = {
  words: Record<string, string[]>;
  firings: [id: string, fields: string[]][];
  counters: Record<string, string>;
};

type TriggerFields = { posture?: string; after?: string[]; repeat?: boolean; triggers?: TriggerFields[] };

/** With a default written out that is another one since. */
function asMeant({ triggers, ...trigger }: TriggerFields): TriggerFields {
  const isStanding = trigger.posture === 'Proactive' && (trigger.after ?? []).length === 0;
  return {
    ...trigger,
    ...(triggers && { triggers: triggers.map(asMeant) }),
    ...(isStanding && { repeat: trigger.repeat ?? true }),
  };
}

type Entry = [id: string, fields: string[]];

/** How many of the last applied events are sent again, as they were and under new ids. */
const AGAIN = 60;

/** How far time goes on in the end, in seconds a step: past windows of seconds, the wait for leaders, windows of half an hour. */
const STEPS = [...Array<number>(12).fill(10), 300, 960, 1_800];

/**
 * Goes on where a dump ends, in virtual time: with its backlog, with events that it knows already, with leaders that are waited for, with
 * events like those before, with what was disabled, and with silence. Written with names that every version has, so that what the version
 * that wrote the dump answers can be compared with what this one does after `watchfire migrate`.
 * @param takenMs when the dump was taken
 */
export async function continueOn(world: Hands, takenMs: number): Promise<Continued> {
  const { redis } = world;
  const name = (key: string): string => `{${world.namespace}}:${key}`;
  const words: Record<string, string[]> = {};
  let now = takenMs + 1_000;
  const phase = async (title: string, seconds = 1): Promise<void> => {
    now += seconds * 1_000;
    world.clock.moveTo(now);
    await world.settle();
    words[title] = await world.drain();
  };
  world.clock.moveTo(now);
  const [lastFiring] = await redis.xrevrange(name('firings'), '+', '-', 'COUNT', 1);
  const position = (await redis.get(name('position'))) ?? '0-0';
  const before = ((await redis.xrevrange(name('events'), position, '-', 'COUNT', AGAIN)) as Entry[])
    .reverse()
    .filter(([, [form]]) => form === 'data');
  const parked = await redis.zrange(name('parked'), '0', '-1');
  const leaders = await Promise.all(parked.map((id) => redis.hget(name(`parked:${id}`), 'leader')));
  await phase('backlog');
  for (const [, fields] of before) await world.append(fields);
  await phase('duplicates');
  const awaited = [...new Set(leaders.filter((leader) => leader !== null))].sort().slice(1);
  for (const id of awaited)
    await world.append(['data', JSON.stringify({ id, event: 'leader', resource: { id: 'r' } })]);
  await phase('leaders');
  await phase('followers');
  for (const [i, [, fields]] of before.entries()) {
    const { occurred: _, follows: __, ...event } = JSON.parse(fields[1] ?? '') as Record<string, unknown>;
    await world.append(['data', JSON.stringify({ ...event, id: `again-${i}` })]);
  }
  await phase('alike');
  for (const [id, document] of Object.entries(await redis.hgetall(name('automations'))).sort()) {
    const { trigger, ...automation } = JSON.parse(document) as { enabled?: boolean; trigger: TriggerFields };
    if (automation.enabled === false) await world.put({ ...automation, id, enabled: true, trigger: asMeant(trigger) });
  }
  await phase('enabled');
  for (const [i, seconds] of STEPS.entries()) await phase(`silence ${i}`, seconds);
  const firings = (await redis.xrange(name('firings'), `(${lastFiring?.[0] ?? '0-0'}`, '+')) as Entry[];
  return { words, firings, counters: await redis.hgetall(name('counters')) };
}
