import { listens } from '../../src/match/listening.ts';
import { isSpread } from '../../src/match/placement.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { parseTimestamp } from '../../src/model/timestamp.ts';

/** An event that is late, or that waits for another one, as a step of a scenario has it. */
type Sent = Readonly<{ occurred?: unknown; follows?: unknown }>;
type Timed = Readonly<{ timeline: readonly Readonly<{ at: string; event?: unknown }>[] }>;

/** Whether the clock or the order of events plays a part: these are those of a partition, and of the whole log without partitions. */
export function isExcepted({ timeline }: Timed): boolean {
  return timeline.some(({ at, event }) => {
    const { occurred, follows } = (event ?? {}) as Sent;
    if (follows !== undefined && follows !== null) return true;
    if (occurred === undefined || occurred === null) return false;
    const [then, now] = [parseTimestamp(String(occurred)), parseTimestamp(at)];
    return then === undefined || now === undefined || then < now;
  });
}

/**
 * The same scenario with events that happen when they are sent, and follow none. An id that comes again with another event, or
 * when another automation may want it, is made another one: a partition knows ids of its own events alone.
 */
export function plainScenario<T extends Timed>(scenario: T): T {
  const first = new Map<unknown, string>();
  const changes = scenario.timeline.some((step) => 'put' in step);
  const timeline = scenario.timeline.map((step, number) => {
    if (typeof step.event !== 'object' || step.event === null) return step;
    const { occurred: _, follows: __, ...event } = step.event as Record<string, unknown>;
    const text = JSON.stringify(event);
    const known = first.get(event.id);
    first.set(event.id, known ?? text);
    if (known === undefined || (known === text && !changes)) return { ...step, event };
    return { ...step, event: { ...event, id: `${event.id}, at step ${number}` } };
  });
  return { ...scenario, timeline };
}

/** A scenario that puts automations at the start and later. */
type Putting = Readonly<{
  automations: readonly unknown[];
  timeline: readonly Readonly<{ put?: unknown; delete?: string }>[];
}>;

/** The ids of automations that a change has live elsewhere, from every partition to the global one or back: there they begin anew. */
export function movedIn({ automations, timeline }: Putting, by: string): Set<string> {
  const spread = new Map<string, boolean>();
  const moved = new Set<string>();
  const put = (document: unknown): void => {
    const { id, trigger } = parseAutomation(document);
    const [before, now] = [spread.get(id), isSpread(trigger, by)];
    spread.set(id, now);
    if (before !== undefined && before !== now) moved.add(id);
  };
  for (const document of automations) put(document);
  for (const step of timeline) {
    if (step.delete !== undefined) spread.delete(step.delete);
    if (step.put !== undefined) put(step.put);
  }
  return moved;
}

/**
 * The automations of a scenario, and those whose firings are the same in partitions: they do not move, and hear of no firings. One that
 * could hear of them gets those of several partitions in another order than they were decided in. What the others do is nothing to these.
 */
export function comparable(scenario: Putting, by: string): { same: Set<string>; all: Set<string> } {
  const { automations, timeline } = scenario;
  const documents = [...automations, ...timeline.flatMap(({ put }) => (put === undefined ? [] : [put]))];
  const parsed = documents.map((document) => parseAutomation(document));
  const all = new Set(parsed.map(({ id }) => id));
  const others = movedIn(scenario, by);
  for (const { id, trigger } of parsed) if (listens(trigger)) others.add(id);
  return { same: new Set([...all].filter((id) => !others.has(id))), all };
}

/** What fired as a set: each firing with the firing whose state-change event brought it in the place of its number. @param of their automations; without it all */
export function setOf(firings: readonly unknown[] = [], of?: ReadonlySet<string>): string[] {
  const whole = (i: number): Fired => {
    const { event, step: _, ...firing } = firings[i] as Fired & { event: string | null; step: number };
    const cause = /^@(\d+)$/.exec(event ?? '')?.[1];
    return { ...firing, event: cause === undefined ? event : whole(Number(cause)) };
  };
  const all = firings.map((_, i) => whole(i));
  return all
    .filter(({ automation }) => of === undefined || of.has(automation))
    .map((one) => JSON.stringify(one))
    .sort();
}

type Fired = Readonly<{ automation: string; event: unknown }>;
