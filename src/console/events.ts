import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import type { PastEvent } from '../inspect/past-events.ts';
import { eventDocument, resourceId } from '../model/event.ts';
import type { ExplainedEvent } from '../replay/explain.ts';
import { explainNamed } from '../replay/explain-parts.ts';
import { placeOf } from '../replay/player.ts';
import { ConsoleRefusal } from './refusal.ts';
import { type Route, route, textIn, wholeIn } from './route.ts';
import { eventShape, labels, listOf, time, windowShape } from './shapes.ts';
import { windowTold } from './told.ts';

export const rowShape = z.object({
  entry: z.string(),
  id: z.string(),
  event: z.string(),
  resource: z.string(),
  occurred: time.nullable(),
  received: time.nullable(),
  applied: z.boolean(),
  reason: z.string().nullable().describe('Why it is no event'),
});

const reasonShape = z.object({
  automation: z.string(),
  why: z.enum(['wanted', 'disabled', 'causes', 'condition', 'labels']),
});

export const explainedShape = z.object({
  entry: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  automations: listOf(
    z.object({
      id: z.string(),
      name: z.string(),
      interested: z.boolean(),
      exact: z.boolean(),
      nearest: z
        .object({ condition: z.string(), said: z.string(), near: z.boolean().describe('false: its name is like none') })
        .nullable(),
      triggers: listOf(
        z.object({
          path: z.string(),
          word: z.string().nullable().describe('What it did there (rules 17.13)'),
          key: labels,
          conditions: listOf(z.object({ condition: z.string(), met: z.boolean(), said: z.string() })),
          before: windowShape.nullable(),
          after: windowShape.nullable(),
        }),
      ),
    }),
  ),
});

export const eventsShape = z.object({
  events: listOf(rowShape),
  next: z.string().nullable(),
  looked: z.number().describe('Entries of the log that were looked at'),
});

export const eventAnswerShape = z.object({
  row: rowShape,
  document: eventShape.nullable(),
  reasons: listOf(reasonShape),
});

function rowOf({ entry, event, reason, applied }: PastEvent): z.input<typeof rowShape> {
  return {
    ...{ entry, reason, applied },
    id: event?.id ?? '',
    event: event?.event ?? '',
    resource: (event && resourceId(event.resource)) ?? '',
    occurred: event?.occurred ?? null,
    received: event?.received ?? null,
  };
}

/** `name=value`, as filters of labels are written. */
function labelIn(text: string | undefined): { name: string; value: string } | undefined {
  if (text === undefined || text === '') return undefined;
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidDocument('label', 'must be name=value', text);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

export const EVENTS: readonly Route[] = [
  route({
    path: '/api/events',
    topic: 'events',
    summary: 'Events of the log, the newest first, page by page',
    query: z.object({
      name: textIn.describe('A pattern as in `expect`'),
      resource: textIn.describe('A part of the resource’s id'),
      label: textIn.describe('name=value'),
      before: textIn.describe('The entry that they stand before: `next` of the page before'),
      limit: wholeIn(1, 500, 100),
    }),
    answer: eventsShape,
    run: async ({ watchfire }, { query: { name, resource, before, limit, ...query } }) => {
      const label = labelIn(query.label);
      const found = await watchfire.events({
        limit,
        ...(name && { name }),
        ...(resource && { resource }),
        ...(before && { before }),
        ...(label && { label }),
      });
      return { events: found.events.map(rowOf), next: found.next, looked: found.looked };
    },
  }),
  route({
    path: '/api/events/{entry}',
    topic: 'events',
    summary: 'One event whole, with the automations that know its name, as they stand now',
    answer: eventAnswerShape,
    run: async ({ watchfire }, { path: { entry = '' } }) => {
      const found = await watchfire.event(entry);
      if (found === null) throw new ConsoleRefusal(404, 'there is no such entry, or it is no longer retained');
      const reasons = await (await watchfire.reasons()).of([entry]);
      return {
        row: rowOf(found),
        document: found.event && { ...eventDocument(found.event) },
        reasons: reasons.get(entry) ?? [],
      };
    },
  }),
  route({
    method: 'POST',
    path: '/api/events/{entry}/explanation',
    topic: 'events',
    summary: 'What an event was to every automation: the log is decided once more up to it, elsewhere',
    answer: explainedShape,
    run: async ({ watchfire, replays }, { path: { entry: name = '' } }, signal) => {
      const explained = await replays.run(signal, (engineFor) =>
        explainNamed(watchfire, (part) => placeOf(engineFor(part)), name, { signal }),
      );
      if (explained === null) throw new ConsoleRefusal(404, 'there is no such entry, or it is no longer retained');
      return explainedTold(explained);
    },
  }),
];

function explainedTold({ entry, outcome, reason, automations }: ExplainedEvent): z.input<typeof explainedShape> {
  return {
    ...{ entry, outcome, reason },
    automations: automations.map(({ id, name, interested, exact, nearest, triggers }) => ({
      ...{ id, name, interested, exact },
      nearest: nearest && { condition: nearest.condition, said: nearest.said, near: nearest.far !== true },
      triggers: triggers.map(({ path, word, key, verdicts, before, after }) => ({
        ...{ path, word, key },
        conditions: verdicts.map(({ condition, met, said }) => ({ condition, met, said })),
        before: before && windowTold(before),
        after: after && windowTold(after),
      })),
    })),
  };
}
