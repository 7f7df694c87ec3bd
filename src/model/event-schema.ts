import { z } from 'zod';
import type { EventDocument } from '../documents/got.ts';
import { EVENT_ID_LIMIT, EVENT_NAME_LIMIT, LABELS_LIMIT, RELATED_LIMIT, resourceId, resourceRole } from './event.ts';
import { fits, isText } from './text.ts';
import { numberToMs, parseTimestamp } from './timestamp.ts';

/*
 * The published shape of events. Events are not read through it (see parseEvent); limits and predicates are shared with the reader, and
 * test/unit/model/event-schema.test.ts holds the two to the same answers. A refinement is invisible in JSON Schema, so what it demands
 * stands beside it in `meta` as far as JSON Schema can say it.
 */

/** JSON Schema counts characters as we do, zod counts UTF-16 units: the length is refined here and stated in `meta`. */
const identifier = z
  .string()
  .refine((text) => isText(text, EVENT_ID_LIMIT))
  .meta({ minLength: 1, maxLength: EVENT_ID_LIMIT });

const wellFormed = z.string().refine((text) => text.isWellFormed());

const timestamp = z
  .string()
  .refine((text) => parseTimestamp(text) !== undefined)
  .meta({ examples: ['2026-03-02T09:00:00.000Z'] })
  .describe('ISO 8601 with a complete date; without zone it is UTC, digits finer than a millisecond are cut off');

const occurrence = z
  .union([timestamp, z.number().refine((value) => numberToMs(value) !== undefined)])
  .describe('ISO 8601, or a number: below 10^11 seconds since 1970, else milliseconds');

const labelMap = z.record(wellFormed, wellFormed).refine((labels) => Object.keys(labels).length <= LABELS_LIMIT);

export const resource = labelMap
  .refine((labels) => Boolean(resourceId(labels)))
  .meta({ maxProperties: LABELS_LIMIT, anyOf: either('id') });

export const relatedResource = labelMap
  .refine((labels) => Boolean(resourceId(labels)) && Boolean(resourceRole(labels)))
  .meta({ maxProperties: LABELS_LIMIT, allOf: [{ anyOf: either('id') }, { anyOf: either('role') }] });

/** The alias rule of rules 2 in JSON Schema: the short label, or the long one when there is no short one; not empty. */
function either(label: string): object[] {
  const alias = `prefect.resource.${label}`;
  return [
    { required: [label], properties: { [label]: { minLength: 1 } } },
    { required: [alias], properties: { [alias]: { minLength: 1 } }, not: { required: [label] } },
  ];
}

const name = z
  .string()
  .refine((text) => fits(text, EVENT_NAME_LIMIT) && text.isWellFormed())
  .meta({ maxLength: EVENT_NAME_LIMIT });

const traceparent = z.string().describe('The span of a trace that it comes from, as W3C writes it');

export const payload = z.record(z.string(), z.unknown());

/** An event as senders write it (rules 2). */
export const eventInput = z.looseObject({
  id: identifier
    .nullish()
    .describe(
      'Chosen by the sender, compared exactly, not beginning with entry- or s-. Without it: entry-<stream entry id>',
    ),
  event: name.describe('The name of what happened'),
  resource: resource.describe('The resource it happened to, with its labels'),
  related: z.array(relatedResource).max(RELATED_LIMIT).optional().describe('Other resources, each with a role'),
  occurred: occurrence.nullish().describe('When it happened; without it: when it arrived'),
  follows: identifier.nullish().describe('Id of an event known to precede this one'),
  payload: payload.optional().describe('Anything; conditions, sums and keys may look into it'),
  cause_chain: z.array(wellFormed).optional().describe('Automations that led to this event, oldest first'),
  traceparent: traceparent.nullish(),
});

/** A complete event as the engine writes it. */
export const eventOutput = z
  .strictObject({
    id: identifier.describe('Its id: the one of the sender, else entry-<stream entry id>'),
    event: name.describe('The name of what happened'),
    resource: resource.describe('The resource it happened to, with its labels'),
    related: z.array(relatedResource).describe('Other resources, each with a role'),
    occurred: timestamp.describe('When it happened, ISO 8601 in UTC'),
    follows: identifier.nullable().describe('Id of an event known to precede this one'),
    payload: payload.describe('Anything the sender put there'),
    cause_chain: z.array(wellFormed).describe('Automations that led to this event, oldest first'),
    received: timestamp.describe('When it arrived, ISO 8601 in UTC'),
    traceparent: traceparent.optional(),
  })
  .meta({ id: 'CompleteEvent' }) as unknown as z.ZodType<EventDocument, EventDocument>;
