import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import { type Automation, automationDocument, parseAutomation } from '../model/automation.ts';
import type { EventDocument } from '../model/event.ts';
import { eventInput } from '../model/event-schema.ts';
import { type Firing, stateChangeEventId } from '../model/firing.ts';
import { check, required } from '../model/issue.ts';
import { isRecord } from '../model/record.ts';
import { formatTimestamp, parseTimestamp } from '../model/timestamp.ts';
import type { Trigger } from '../model/trigger.ts';

const instant = z.string(required('must be a timestamp')).transform((text, context) => {
  const ms = parseTimestamp(text);
  if (ms !== undefined && ms >= 0) return ms;
  if (ms !== undefined) {
    context.addIssue('must not be before 1970');
    return z.NEVER;
  }
  context.addIssue('must be a timestamp');
  return z.NEVER;
});

export const keyName = z.strictObject(
  {
    automation: z.string(required('must be the id of an automation')).describe('Its id'),
    labels: z.record(z.string(), z.string('must be a string'), 'must be an object').default({}).describe('Its key'),
  },
  'must be an object',
);

const step = z.strictObject(
  {
    at: instant.describe('When, ISO 8601'),
    event: z.unknown().optional().describe('An event that is sent'),
    tick: z
      .boolean('must be true or false')
      .default(false)
      .describe('true: deadlines that have passed are decided, as they are all the time in production'),
    put: z.unknown().optional().describe('An automation that is put'),
    delete: z.string('must be the id of an automation').optional().describe('The id of an automation that is deleted'),
    clear: keyName.optional().describe('A key of which all is forgotten'),
    resolve: keyName.optional().describe('A key whose alert ends'),
  },
  'must be an object',
);

/** Other keys are let pass: recorded scenarios carry their answers and notes with them. */
const scenario = z.object(
  {
    name: z.string(required('must be a string')).describe('Stands in the answer'),
    start: instant.optional().describe('When automations are put, ISO 8601; without it: at the first step'),
    automations: z.array(z.unknown(), 'must be a list of automations').default([]).describe('What is put at the start'),
    timeline: z.array(step, required('must be a list of steps')).describe('What happens; times do not go back'),
  },
  'must be an object',
);

/** Published form of a step, and of a scenario; an automation in error is an answer, so it is read without its form. */
export const stepDocument = step.extend({
  event: eventInput.optional().describe('An event that is sent'),
  put: automationDocument.optional().describe('An automation that is put'),
});
export const scenarioDocument = scenario.extend({
  automations: z.array(automationDocument).default([]).describe('What is put at the start'),
  timeline: z.array(stepDocument).describe('What happens; times do not go back'),
});

/** What to run: automations, and what happens to them. Times are ms since 1970. */
export type Scenario = Readonly<z.output<typeof scenario>>;
export type Step = Scenario['timeline'][number];

/** A firing of a root as scenarios write it; `event` is `@n` where it is the state-change event of firing n. */
export type Answered = {
  step: number;
  automation: string;
  labels: Record<string, string>;
  event: string | null;
  children: number;
  state: 'triggered' | 'resolved';
  triggered: string;
  /** Number of a reminder. */
  reminder?: number;
  /** With `collect`: ids of the events of the window, and how many it had. */
  collected?: (string | null)[];
  events_counted?: number;
  /** It came out in shadow. */
  shadow?: true;
};

/**
 * What a scenario came to: its firings in order, or the error of the first faulty automation as `path: reason`. `place`: which one it
 * is, `automations[2]` or `timeline[0].put`.
 */
export type ScenarioAnswer =
  | { name: string; firings: Answered[]; refused?: { step: number; reason: string }[] }
  | { name: string; invalid: string; place: string };

/** A firing and the step in which it was emitted. */
export type Emitted = Readonly<{ step: number; firing: Firing }>;

/**
 * How far a step may lie before an earlier one: recorded scenarios put a tick half a second behind an event, and then a second event of
 * that moment. Clocks of servers go back as far without being set.
 */
const JITTER_MS = 500;

/** @throws InvalidDocument naming the place that is wrong */
export function parseScenario(document: unknown): Scenario {
  const parsed = check(scenario, document, '', 'scenario');
  let latest = parsed.start ?? parsed.timeline[0]?.at ?? 0;
  let place = 'start';
  for (const [i, { at }] of parsed.timeline.entries()) {
    if (at < latest - JITTER_MS) {
      const reason = `must not be before ${place} (${formatTimestamp(latest)})`;
      throw new InvalidDocument(`timeline[${i}].at`, reason, formatTimestamp(at));
    }
    if (at >= latest) [latest, place] = [at, `timeline[${i}]`];
  }
  refuseTwins(parsed.automations);
  return parsed;
}

/** The second of one id would replace the first before anything happens. */
function refuseTwins(automations: readonly unknown[]): void {
  const places = new Map<unknown, string>();
  for (const [i, document] of automations.entries()) {
    const id = isRecord(document) ? document.id : undefined;
    if (typeof id !== 'string') continue;
    const other = places.get(id);
    if (other !== undefined) throw new InvalidDocument(`automations[${i}].id`, `is that of ${other} too`, id);
    places.set(id, `automations[${i}]`);
  }
}

/** All automations of a scenario: those loaded at the start, and those put later, by step. */
export type ScenarioAutomations = { loaded: Automation[]; puts: Map<number, Automation> };

/** Reads them; the first that is in error is an answer. */
export function automationsOf({ automations, timeline }: Scenario): ScenarioAutomations | Faulty {
  const found: ScenarioAutomations = { loaded: [], puts: new Map() };
  for (const { document, place, step } of documentsOf({ automations, timeline })) {
    try {
      const automation = parseAutomation(document);
      if (step === null) found.loaded.push(automation);
      else found.puts.set(step, automation);
    } catch (error) {
      if (error instanceof InvalidDocument) return { invalid: error.message, place };
      throw error;
    }
  }
  return found;
}

type Faulty = { invalid: string; place: string };

/** What a scenario puts, in its order. `step`: null for the start. */
export function documentsOf({
  automations,
  timeline,
}: Pick<Scenario, 'automations' | 'timeline'>): { document: unknown; place: string; step: number | null }[] {
  const loaded = automations.map((document, i) => ({ document, place: `automations[${i}]`, step: null }));
  const puts = timeline.flatMap(({ put }, step) =>
    put === undefined ? [] : [{ document: put, place: `timeline[${step}].put`, step }],
  );
  return [...loaded, ...puts];
}

/** Standing windows that may end in one step: each costs some of Redis' time, and all of them together must come to an end. */
const WINDOWS_LIMIT = 100_000;

/**
 * Refuses a scenario in which the time of a step lets more standing windows end than anybody waits for. One with keys counts once,
 * since how many there are depends on the events.
 * @throws InvalidDocument
 */
export function refuseEndless(scenario: Scenario, { loaded, puts }: ScenarioAutomations): void {
  const standing = new Map(loaded.map((automation) => [automation.id, standingOf(automation.trigger)]));
  let before = scenario.start ?? scenario.timeline[0]?.at ?? 0;
  for (const [i, { at, delete: gone }] of scenario.timeline.entries()) {
    const ended = [...standing.values()]
      .flat()
      .reduce((sum, withinMs) => sum + Math.floor((at - before) / withinMs), 0);
    if (ended > WINDOWS_LIMIT) {
      const reason = `lets ${ended} standing windows end, ${WINDOWS_LIMIT} at most may in one step`;
      throw new InvalidDocument(`timeline[${i}].at`, reason, formatTimestamp(at));
    }
    before = at;
    const put = puts.get(i);
    if (put) standing.set(put.id, standingOf(put.trigger));
    if (gone !== undefined) standing.delete(gone);
  }
}

/** The lengths of the windows below a trigger that come again and again by themselves. */
function standingOf(trigger: Trigger): number[] {
  if (trigger.type !== 'event') return trigger.triggers.flatMap(standingOf);
  return trigger.posture === 'Proactive' && trigger.after.length === 0 ? [trigger.withinMs] : [];
}

/** The ledger of a scenario in the form of its answer. */
export function answered(ledger: readonly Emitted[]): Answered[] {
  const own = new Map(ledger.map(({ firing }, i) => [stateChangeEventId(firing.id), `@${i}`]));
  const name = (event: EventDocument | null): string | null => event && (own.get(event.id) ?? event.id);
  return ledger.map(({ step, firing }) => ({
    step,
    automation: firing.automation,
    labels: firing.labels,
    event: name(firing.event),
    children: firing.children.length,
    state: firing.state === 'Resolved' ? 'resolved' : 'triggered',
    triggered: formatTimestamp(firing.triggered),
    ...(firing.reminder !== undefined && { reminder: firing.reminder }),
    ...(firing.collected !== undefined && { collected: firing.collected.map(name) }),
    ...(firing.counted !== undefined && { events_counted: firing.counted }),
    ...(firing.shadow && { shadow: firing.shadow }),
  }));
}
