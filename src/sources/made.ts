import { randomUUID } from 'node:crypto';
import { InvalidDocument } from '../errors.ts';
import type { Incoming } from '../model/incoming.ts';
import { sealEvent } from '../model/intake.ts';
import type { SealedEvent } from '../producer/receiving.ts';
import type { Unmapped } from '../redis/steps/note-unmapped.ts';
import type { BodyEntry } from './http-body.ts';
import type { WayIn } from './way-in.ts';

/** Most characters of a body, and of its headers, that a dead letter keeps: of a longer body there could be no event. */
const LETTER_CHARACTERS = 1_500_000;
const HEADER_CHARACTERS = 4_000;

/** Headers that hold secrets, or say nothing of what was sent. */
const NOT_KEPT =
  /^(?:authorization|cookie|proxy-.*|.*signature.*|.*hmac.*|.*token.*|host|connection|content-length|accept.*|x-forwarded-.*|forwarded)$/;

/** What is wrong in a body: where, why, and the beginning of what stands there. */
export type BodyProblem = Readonly<{ path: string; reason: string; value: string }>;

/** What the entries of a body are: events, what could not be made one, and what was wrong with that. */
export type Made = Readonly<{
  events: readonly SealedEvent[];
  unmapped: readonly Unmapped[];
  problems: readonly BodyProblem[];
}>;

/** Makes events of entries. */
export function made(way: WayIn, entries: readonly BodyEntry[], headers: Incoming['headers'], nowMs: number): Made {
  const events: SealedEvent[] = [];
  const unmapped: Unmapped[] = [];
  const problems: BodyProblem[] = [];
  for (const [place, { entry, at }] of entries.entries()) {
    const came = { source: way.name, entry, headers };
    const delivery = way.idOf(came);
    const id = delivery === null || entries.length === 1 ? delivery : `${delivery}#${place}`;
    try {
      events.push(...sealed(way, { ...came, id }, nowMs));
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      problems.push(...error.problems.map((one) => placed(one, at)));
      unmapped.push(letterOf({ ...came, id }, error));
    }
  }
  return { events, unmapped, problems };
}

function sealed(way: WayIn, incoming: Incoming, nowMs: number): SealedEvent[] {
  return way.draft(incoming).map((draft) => {
    const known = (draft.id ?? null) !== null;
    return { ...sealEvent(draft, randomUUID, nowMs), known };
  });
}

/** A problem of one entry among several. */
function placed({ path, reason, value }: InvalidDocument, at: string): BodyProblem {
  if (at === '') return { path, reason, value };
  return { path: at.startsWith('[') ? `${at}.${path}` : `${at}: ${path}`, reason, value };
}

function letterOf({ source, id, entry, headers }: Incoming, { message }: InvalidDocument): Unmapped {
  const kept = Object.entries(headers).filter(([name]) => !NOT_KEPT.test(name));
  const body = JSON.stringify(entry).slice(0, LETTER_CHARACTERS).toWellFormed();
  const told = JSON.stringify(Object.fromEntries(kept)).slice(0, HEADER_CHARACTERS).toWellFormed();
  return { source, id, reason: message, fields: ['body', body, 'headers', told] };
}
