import { z } from 'zod';
import { idIn } from '../inspect/parts.ts';
import { isUsableTime } from '../model/timestamp.ts';
import type { LiveNote } from './live.ts';

/** Longer than all that a worker says at once; reading more would hold up the listener. */
const MESSAGE_LIMIT = 16 * 1024 * 1024;

const entry = z.string().regex(/^\d{1,15}-\d{1,20}$/);

/** An event as a worker tells of it. */
export const liveEvent = z.object({
  kind: z.literal('event'),
  entry,
  id: z.string().optional(),
  event: z.string().optional(),
  resource: z.string().optional(),
  occurred: z.string().optional(),
  follows: z.string().optional(),
  outcome: z.string(),
  reason: z.string().optional(),
  decisions: z.array(z.object({ automation: z.string(), trigger: z.string(), word: z.string() })),
  unanswered: z.array(z.string()).optional(),
});

/** A job as a worker tells of it. */
export const liveJob = z.object({
  kind: z.literal('job'),
  queue: z.string(),
  name: z.string(),
  id: z.string(),
  automation: z.string(),
  firing: z.string(),
  added: z.string().refine((text) => isUsableTime(Date.parse(text))),
  delay: z.int().min(0).optional(),
});

const more = z.object({ kind: z.literal('more'), outcomes: z.record(z.string(), z.int().min(0)) });

const notes = z.array(z.discriminatedUnion('kind', [liveEvent, liveJob, more]));

/**
 * Reads what stands in a message of the live channel, where everybody may speak who may publish there.
 * @param part the partition whose channel it is, which then stands before the ids of entries
 * @returns null for what no worker said
 */
export function notesOf(message: string, part = ''): LiveNote[] | null {
  if (message.length > MESSAGE_LIMIT) return null;
  try {
    const read = notes.safeParse(JSON.parse(message));
    if (!read.success) return null;
    const heard = read.data as LiveNote[];
    return heard.map((note) => (note.kind === 'event' ? { ...note, entry: idIn(part, note.entry) } : note));
  } catch {
    return null;
  }
}
