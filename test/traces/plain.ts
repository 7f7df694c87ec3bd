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

/** Whether a change has an automation live elsewhere, from every partition to the global one or back: there it begins anew. */
export function movesAutomations({ automations, timeline }: Putting, by: string): boolean {
  const spread = new Map<string, boolean>();
  const moves = (document: unknown): boolean => {
    const { id, trigger } = parseAutomation(document);
    const [before, now] = [spread.get(id), isSpread(trigger, by)];
    spread.set(id, now);
    return before !== undefined && before !== now;
  };
  for (const document of automations) moves(document);
  return timeline.some(({ put, delete: gone }) => {
    if (gone !== undefined) spread.delete(gone);
    return put !== undefined && moves(put);
  });
}

/** Whether an automation could hear of firings: those of several partitions come to it in another order than they were decided in. */
export function hearsFirings({ automations, timeline }: Putting): boolean {
  const documents = [...automations, ...timeline.flatMap(({ put }) => (put === undefined ? [] : [put]))];
  return documents.some((document) => listens(parseAutomation(document).trigger));
}

/** What fired as a set: each firing with the firing whose state-change event brought it in the place of its number. */
export function setOf(firings: readonly unknown[] = []): string[] {
  const whole = (i: number): unknown => {
    const { event, step: _, ...firing } = firings[i] as { event: string | null; step: number };
    const cause = /^@(\d+)$/.exec(event ?? '')?.[1];
    return { ...firing, event: cause === undefined ? event : whole(Number(cause)) };
  };
  return firings.map((_, i) => JSON.stringify(whole(i))).sort();
}
