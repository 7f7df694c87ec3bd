import { z } from 'zod';
import type { ChildFiringDocument, JobChildFiringDocument } from '../documents/got.ts';
import { actionDocument } from './action.ts';
import { automationDocument } from './automation-level.ts';
import { eventOutput } from './event-schema.ts';
import { storyDocument } from './story.ts';
import { triggerDocument } from './trigger.ts';

export const instant = z.iso.datetime({ precision: 3 }).describe('ISO 8601 in UTC, to the millisecond');
const labels = z.record(z.string(), z.string());
const text = z.string().min(1);

const firingFields = {
  id: text.describe('Derived from the cause: the same firing has the same id wherever it is decided'),
  trigger: triggerDocument.describe('The trigger that fired, as it was'),
  state: z.enum(['Triggered', 'Resolved']).describe('Resolved: its alert ended'),
  triggered: instant.describe('When it fired, in event time'),
  triggering_labels: labels.describe('The key with its names; for a composite its group'),
  triggering_event: eventOutput
    .nullable()
    .describe('The event that it fired at; null where an absence came to its end'),
  revision: z.int().min(0).optional().describe('Number of the automation as it was'),
  story: storyDocument.optional().describe('What it was made of: its window, and what was counted there'),
  late_ms: z
    .int()
    .min(0)
    .optional()
    .describe(
      'How much later it was decided than its event arrived, or than the deadline of an absence; it waits for the lag, too',
    ),
  worker: z.string().optional().describe('The worker that decided it'),
};

const CHILD_FIRINGS = 'Child firings in declared order; none for event triggers';

/** A firing inside a composite's: all of a firing but what only a root brings. */
export const childFiring: z.ZodType<unknown, ChildFiringDocument> = z.lazy(() =>
  z
    .strictObject({
      ...firingFields,
      decided: instant.optional().describe('Wall clock when it was decided'),
      triggering_firings: z.array(childFiring).describe(CHILD_FIRINGS),
    })
    .meta({ id: 'ChildFiring' }),
);

/** A firing as handlers and people see it (rules 10). */
export const firingDocument = z.strictObject({
  ...firingFields,
  decided: instant.describe('Wall clock when it was decided'),
  reminder: z.int().min(1).optional().describe('Of a reminder: its number since the alert was set or renewed'),
  triggering_events: z
    .array(eventOutput)
    .optional()
    .describe(
      'With `collect`: the last events that were counted into its window, in the order in which they were applied',
    ),
  events_counted: z.int().min(0).optional().describe('With `collect`: how many events were counted into its window'),
  triggering_firings: z.array(childFiring).describe(CHILD_FIRINGS),
});

/** An event whose document stands elsewhere in the same job (src/model/job-events.ts). */
export const eventReference = z.strictObject({ id: text.describe('Id of the event') });
const eventOnce = z.union([eventOutput, eventReference]);

/** A firing inside a composite's, as it stands in a job. */
export const jobChildFiring: z.ZodType<unknown, JobChildFiringDocument> = z.lazy(() =>
  z
    .strictObject({
      ...firingFields,
      triggering_event: eventOnce.nullable(),
      decided: instant.optional(),
      triggering_firings: z.array(jobChildFiring),
    })
    .meta({ id: 'JobChildFiring' }),
);

/** A firing as it stands in a job, where each event stands once: `wholeFiring` puts the documents back. */
export const jobFiring = firingDocument.extend({
  triggering_event: eventOnce
    .nullable()
    .describe(
      'The event that it fired at, by its id where it is that of the job; null where an absence came to its end',
    ),
  triggering_events: z
    .array(eventOnce)
    .optional()
    .describe('With `collect`: the last events that were counted, by their ids where they stand elsewhere in the job'),
  triggering_firings: z.array(jobChildFiring).describe(CHILD_FIRINGS),
});

/** Firings that go out together; `labels`: by which they are alike. */
export const jobGroup = z.strictObject({
  labels: labels.describe('Labels by which its firings are alike, with their values'),
  firings: z.array(firingDocument).describe('All of its firings, in the order in which they joined it'),
});

export const heldKey = z.strictObject({
  labels: labels.describe('The key with its names'),
  firings: z.int().min(1).describe('How many firings of it were held back'),
});

/** What a budget held back while it was closed. */
export const budgetSummary = z.strictObject({
  held: z.int().min(1).describe('How many firings were held back'),
  since: instant.describe('When the budget was used up'),
  until: instant.describe('When it opened again'),
  keys: z.array(heldKey).describe('Of which keys, those with most firings in front'),
  others: z.int().min(0).describe('How many firings of keys that are not named'),
});

/** What a job holds (rules 11): everything its handler needs, so that later edits of the automation change nothing. */
export const triggeredAction = z.strictObject({
  id: text.describe('f-<firing id>-<action_index>; the same for every attempt and every repeat'),
  automation: automationDocument.describe('The automation as it was when it fired'),
  firing: jobFiring.describe('What happened; `wholeFiring` gives it with all of its events'),
  triggered: instant.describe('When it fired, in event time'),
  triggering_labels: labels.describe('The key with its names; for a composite its group'),
  triggering_event: eventOutput.nullable().describe("The firing's event, or the state-change event (rules 11)"),
  action: actionDocument.describe('The action as the automation has it'),
  action_index: z.int().min(0).describe('Place in actions + actions_on_trigger + actions_on_resolve'),
  group: jobGroup
    .optional()
    .describe('Of a job for a group: all of its firings; the other fields are about the first one'),
  summary: budgetSummary
    .optional()
    .describe('Of a job that says what a budget held back; the other fields are about the first firing'),
  state_change_event: text.describe('Id of the state-change event'),
  data: z.record(z.string(), z.unknown()).optional().describe('The data of a queue action'),
  idempotencyKey: text.describe('Give this to systems that recognise repeated requests'),
});
