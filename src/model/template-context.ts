import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { EventDocument, FiringDocument, TriggeredAction } from '../documents/got.ts';
import { automationDocument } from './automation-level.ts';
import { eventOutput } from './event-schema.ts';
import { wholeFiring } from './job-events.ts';
import { firingDocument, instant } from './triggered-action.ts';

const alert = z.strictObject({
  key: z.string().describe('Of the automation and the key: the same for all firings of one alert, and for its end'),
  open: z.boolean().describe('false when this firing ends the alert'),
  reminder: z.int().min(0).describe('The number of the reminder; 0 for a firing that is none'),
});

/** What templates of actions can name. docs/reactions.md shows it, from this schema. */
export const templateContext = z.strictObject({
  event: eventOutput.nullable().describe('The event of the job (rules 11); null where an absence came to its end'),
  labels: z.record(z.string(), z.string()).describe('The key with its names; for a composite its group'),
  firing: firingDocument.describe('What happened'),
  firings: z.array(firingDocument).describe('Of a group: all of its firings; else the one'),
  automation: automationDocument.describe('The automation as it was when it fired'),
  events: z
    .array(eventOutput)
    .describe(
      'With `collect`: the events that were counted; else the event, if there is one. Of a group: those of all firings',
    ),
  alert: alert.describe('The alert that the firing begins, renews or ends'),
  now: instant.describe('When the firing was decided: the same at every try'),
});

/** Longest key of an alert: PagerDuty takes 255 characters. */
const LONGEST_ALERT_KEY = 255;

/** What the templates of a job's action can name. */
export function contextOf(job: TriggeredAction): z.output<typeof templateContext> {
  const { automation, triggering_event: event, triggering_labels: labels } = job;
  const firing = wholeFiring(job);
  const firings = job.group?.firings ?? [firing];
  return {
    event,
    labels,
    firing,
    firings,
    automation,
    events: job.group ? firings.flatMap(eventsOf) : (firing.triggering_events ?? (event === null ? [] : [event])),
    alert: { key: alertKey(job), open: firing.state === 'Triggered', reminder: firing.reminder ?? 0 },
    now: firing.decided,
  } as z.output<typeof templateContext>;
}

function eventsOf({ triggering_events: events, triggering_event: event }: FiringDocument): readonly EventDocument[] {
  return events ?? (event === null ? [] : [event]);
}

/** Names the alert of an automation and key to other systems. Producers choose values of labels, which JSON keeps from looking like anything else. */
function alertKey({ automation, triggering_labels: labels }: TriggeredAction): string {
  const key = `${automation.id} ${JSON.stringify(labels)}`;
  return key.length <= LONGEST_ALERT_KEY ? key : createHash('sha256').update(key).digest('hex');
}
