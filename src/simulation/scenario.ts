import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import { type Automation, automationDocument, parseAutomation } from '../model/automation.ts';
import { eventInput } from '../model/event-schema.ts';
import { type Firing, stateChangeEventId } from '../model/firing.ts';
import { check, required } from '../model/issue.ts';
import { formatTimestamp, parseTimestamp } from '../model/timestamp.ts';

const instant = z.string(required('must be a timestamp')).transform((text, context) => {
  const ms = parseTimestamp(text);
  if (ms !== undefined) return ms;
  context.addIssue('must be a timestamp');
  return z.NEVER;
});

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
  },
  'must be an object',
);

/** Other keys are let pass: recorded scenarios carry their answers and notes with them. */
const scenario = z.object(
  {
    name: z.string(required('must be a string')).describe('Stands in the answer'),
    start: instant.optional().describe('When automations are put, ISO 8601; without it: at the first step'),
    automations: z.array(z.unknown(), 'must be a list of automations').default([]).describe('What is put at the start'),
    timeline: z.array(step, required('must be a list of steps')).describe('What happens; times never go back'),
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
  timeline: z.array(stepDocument).describe('What happens; times never go back'),
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
};

/** What a scenario came to: its firings in order, or the error of the first faulty automation as `path: reason`. */
export type ScenarioAnswer =
  | { name: string; firings: Answered[]; refused?: { step: number; reason: string }[] }
  | { name: string; invalid: string };

/** A firing and the step in which it was emitted. */
export type Emitted = Readonly<{ step: number; firing: Firing }>;

/** @throws InvalidDocument naming the place that is wrong */
export function parseScenario(document: unknown): Scenario {
  const parsed = check(scenario, document, '', 'scenario');
  let before = parsed.start ?? parsed.timeline[0]?.at ?? 0;
  for (const [i, { at }] of parsed.timeline.entries()) {
    if (at < before) {
      const earliest = `${i === 0 ? 'start' : 'the step before it'} (${formatTimestamp(before)})`;
      throw new InvalidDocument(`timeline[${i}].at`, `must not be before ${earliest}`, formatTimestamp(at));
    }
    before = at;
  }
  return parsed;
}

/**
 * All automations of a scenario: those loaded at the start, and those put later, by step.
 * @throws InvalidDocument for the first that is in error
 */
export function automationsOf({ automations, timeline }: Scenario): {
  loaded: Automation[];
  puts: Map<number, Automation>;
} {
  const loaded = automations.map(parseAutomation);
  const puts = new Map<number, Automation>();
  for (const [i, { put }] of timeline.entries()) if (put !== undefined) puts.set(i, parseAutomation(put));
  return { loaded, puts };
}

/** The ledger of a scenario in the form of its answer. */
export function answered(ledger: readonly Emitted[]): Answered[] {
  const own = new Map(ledger.map(({ firing }, i) => [stateChangeEventId(firing.id), `@${i}`]));
  return ledger.map(({ step, firing }) => ({
    step,
    automation: firing.automation,
    labels: firing.labels,
    event: firing.event === null ? null : (own.get(firing.event.id) ?? firing.event.id),
    children: firing.children.length,
    state: firing.state === 'Resolved' ? 'resolved' : 'triggered',
    triggered: formatTimestamp(firing.triggered),
  }));
}
