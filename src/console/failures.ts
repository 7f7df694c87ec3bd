import { z } from 'zod';
import type { EventInput } from '../documents/given.ts';
import type { DeadLetter } from '../inspect/dead-letters.ts';
import { partOfId } from '../inspect/parts.ts';
import { DELIVERY_STATES } from '../model/delivery.ts';
import { msOf } from '../model/intake.ts';
import { DELIVERY_GROUPS } from './delivery-groups.ts';
import { ConsoleRefusal } from './refusal.ts';
import { type Route, route, textIn, wholeIn } from './route.ts';
import { anyObject, deliveryShape, listOf, time } from './shapes.ts';

/** Letters and jobs that one request acts on. */
const ACTED_ON = 500;

export const letterShape = z.object({
  id: z.string(),
  at: time.describe('When it was given up'),
  source: z.enum(['events', 'firings', 'windows', 'sources']),
  entry: z.string(),
  reason: z.string(),
  error: z.string(),
  attempts: z.number(),
  fields: listOf(z.string()).describe('Of the entry: name, value, name, value …'),
});

const actedShape = z.object({
  done: z.number(),
  unfit: listOf(z.object({ id: z.string(), reason: z.string() })).describe('Those that were left as they are'),
});

/** Characters of the fields of a letter that stand in a list. */
const LISTED_CHARACTERS = 2_000;

const ids = z.object({ ids: z.array(z.string()).min(1).max(ACTED_ON) });

function letterTold({ id, source, entry, reason, error, attempts, fields }: DeadLetter): z.input<typeof letterShape> {
  return { id, at: msOf(partOfId(id).id), source, entry, reason, error, attempts, fields };
}

function shortened(letter: DeadLetter): DeadLetter {
  let left = LISTED_CHARACTERS;
  const fields = letter.fields.map((text) => {
    const shown = text.length <= left ? text : `${text.slice(0, left)}…`;
    left = Math.max(0, left - text.length);
    return shown;
  });
  return { ...letter, fields };
}

export const FAILURES: readonly Route[] = [
  route({
    path: '/api/letters',
    topic: 'failures',
    summary: 'Dead letters: what was given up, the newest first',
    query: z.object({ limit: wholeIn(1, 200, 50) }),
    answer: z.object({ letters: listOf(letterShape) }),
    run: async ({ watchfire }, { query: { limit } }) => ({
      letters: (await watchfire.deadLetters({ limit })).map((letter) => letterTold(shortened(letter))).reverse(),
    }),
  }),
  route({
    path: '/api/letters/{id}',
    topic: 'failures',
    summary: 'One dead letter whole',
    answer: letterShape,
    run: async ({ watchfire }, { path: { id = '' } }) => {
      const letter = await watchfire.deadLetter(id);
      if (letter === null) throw new ConsoleRefusal(404, 'there is no such dead letter');
      return letterTold(letter);
    },
  }),
  route({
    method: 'POST',
    path: '/api/letters/redrive',
    topic: 'failures',
    summary: 'Sends what dead letters hold on its way again',
    changes: true,
    body: ids,
    answer: actedShape,
    run: async ({ watchfire }, { body: { ids } }, signal) => {
      const { redriven, gone, unfit } = await watchfire.redrive(ids, signal);
      return { done: redriven, unfit: [...unfit, ...gone.map((id) => ({ id, reason: 'is gone' }))] };
    },
  }),
  route({
    method: 'POST',
    path: '/api/letters/purge',
    topic: 'failures',
    summary: 'Removes dead letters for good',
    changes: true,
    body: ids,
    answer: actedShape,
    run: async ({ watchfire }, { body: { ids } }) => ({ done: await watchfire.purge(ids), unfit: [] }),
  }),
  route({
    method: 'POST',
    path: '/api/letters/{id}/replacement',
    topic: 'failures',
    summary: 'Sends an event in the place of a dead letter, which then goes',
    changes: true,
    body: z.object({ event: anyObject }),
    answer: z.object({ id: z.string(), entry: z.string() }),
    run: async ({ watchfire }, { path: { id = '' }, body: { event } }) => {
      if ((await watchfire.deadLetter(id)) === null) throw new ConsoleRefusal(404, 'there is no such dead letter');
      const sent = await watchfire.emit(event as unknown as EventInput, { timeoutMs: 5_000 });
      await watchfire.purge([id]);
      return sent;
    },
  }),
  route({
    path: '/api/deliveries',
    topic: 'failures',
    summary: 'Deliveries of actions, the newest first',
    query: z.object({
      state: z.enum(DELIVERY_STATES).optional(),
      automation: textIn,
      firing: textIn,
      limit: wholeIn(1, 200, 50),
    }),
    answer: z.object({ deliveries: listOf(deliveryShape) }),
    run: async ({ watchfire }, { query: { state, automation, firing, limit } }) => {
      const found = await watchfire.deliveries({
        limit,
        ...(state && { state }),
        ...(automation && { automation }),
        ...(firing && { firing }),
      });
      return { deliveries: found.reverse() };
    },
  }),
  DELIVERY_GROUPS,
  ...(['retry', 'drop'] as const).map((act) =>
    route({
      method: 'POST',
      path: `/api/deliveries/${act}`,
      topic: 'failures',
      summary:
        act === 'retry' ? 'Has deliveries that failed for good tried again' : 'Gives deliveries up that were not sent',
      changes: true,
      body: ids,
      answer: actedShape,
      run: async ({ watchfire }, { body: { ids } }) => {
        const { done, unfit } = await (act === 'retry'
          ? watchfire.retryDeliveries(ids)
          : watchfire.dropDeliveries(ids));
        return { done: done.length, unfit: unfit.map(({ job, reason }) => ({ id: job, reason })) };
      },
    }),
  ),
];
