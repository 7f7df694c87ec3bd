import { z } from 'zod';
import type { Alert } from '../inspect/alerts.ts';
import { ConsoleRefusal } from './refusal.ts';
import { type Route, route, textIn, wholeIn } from './route.ts';
import { DONE, deliveryShape, done, firingShape, labels, listOf, silenceShape, time } from './shapes.ts';
import { firingTold, silenceTold } from './told.ts';

/** How long the list of alerts is given to all who ask: every window is looked at for it. */
const ALERTS_MS = 5_000;

export const alertShape = z.object({
  automation: z.string(),
  name: z.string(),
  labels,
  since: time,
  until: time.describe('When it ends, or is forgotten, if nothing comes'),
  reminder: time.nullable(),
  acknowledged: silenceShape.nullable(),
  snoozed: silenceShape.nullable(),
  firings: listOf(firingShape),
  deliveries: listOf(deliveryShape),
});

const key = z.object({ automation: z.string(), labels: z.record(z.string(), z.string()) });
const said = { by: z.string().min(1).max(100), reason: z.string().min(1).max(500) };

function alertTold({ acknowledged, snoozed, firings, reminder, ...alert }: Alert): z.input<typeof alertShape> {
  const { automation, name, labels, since, until, deliveries } = alert;
  return {
    ...{ automation, name, labels, since, until, deliveries },
    reminder: reminder?.at ?? null,
    acknowledged: acknowledged && silenceTold(acknowledged),
    snoozed: snoozed && silenceTold(snoozed),
    // Where they stand in the ledger is not looked up.
    firings: firings.map((firing) => firingTold({ entry: '', firing })),
  };
}

export const ALERTS: readonly Route[] = [
  route({
    path: '/api/alerts',
    topic: 'alerts',
    summary:
      'Alerts that are not resolved, those that have lasted longest first; looked for every five seconds at most',
    query: z.object({ automation: textIn, limit: wholeIn(1, 200, 100) }),
    answer: z.object({ alerts: listOf(alertShape) }),
    run: async ({ watchfire, kept }, { query: { automation, limit } }) => {
      const only = automation ? { automation } : {};
      const alerts = await kept.of(`alerts ${limit} ${automation ?? ''}`, ALERTS_MS, () =>
        watchfire.alerts({ limit, ...only }),
      );
      return { alerts: alerts.map(alertTold) };
    },
  }),
  route({
    path: '/api/silences',
    topic: 'alerts',
    summary: 'Silences that hold, those that end first in front',
    query: z.object({
      ended: z.enum(['true', 'false']).default('false').describe('Also those that ended within a week'),
    }),
    answer: z.object({ silences: listOf(silenceShape) }),
    run: async ({ watchfire }, { query: { ended } }) => ({
      silences: (await watchfire.silences({ ended: ended === 'true' })).map(silenceTold),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/alerts/resolve',
    topic: 'alerts',
    summary: 'Ends the alert of a key, at a position of the log',
    changes: true,
    body: key,
    answer: done,
    run: async ({ watchfire }, { body: { automation, labels } }) => {
      if (!(await watchfire.resolveAlert(automation, labels)))
        throw new ConsoleRefusal(409, 'there is no alert of this key');
      return DONE;
    },
  }),
  route({
    method: 'POST',
    path: '/api/alerts/acknowledge',
    topic: 'alerts',
    summary: 'Says that somebody sees to an alert: its reminders go to nobody until it is renewed or over',
    changes: true,
    body: key.extend(said),
    answer: silenceShape,
    run: async ({ watchfire }, { body: { automation, labels, by, reason } }) => {
      const silence = await watchfire.acknowledgeAlert(automation, labels, { by, reason });
      if (silence === null) throw new ConsoleRefusal(409, 'there is no alert of this key');
      return silenceTold(silence);
    },
  }),
  route({
    method: 'POST',
    path: '/api/silences',
    topic: 'alerts',
    summary: 'Keeps actions back for a while: of an automation, of keys, or both',
    changes: true,
    body: z.object({
      automation: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
      for: z.string().describe('How long, as 2h'),
      ...said,
    }),
    answer: silenceShape,
    run: async ({ watchfire }, { body }) => silenceTold(await watchfire.silence(body)),
  }),
  route({
    method: 'POST',
    path: '/api/silences/{id}/end',
    topic: 'alerts',
    summary: 'Ends a silence now',
    changes: true,
    answer: done,
    run: async ({ watchfire }, { path: { id = '' } }) => {
      await watchfire.endSilence(id);
      return DONE;
    },
  }),
];
