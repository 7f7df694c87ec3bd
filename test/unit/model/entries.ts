import { InvalidDocument } from '../../../src/errors.ts';
import type { Event } from '../../../src/model/event.ts';
import { type Decoded, decode } from '../../../src/model/intake.ts';

export const received = Date.UTC(2026, 2, 2, 9);
export const entryId = `${received}-3`;

export function entry(...fields: string[]): Decoded {
  return decode({ id: entryId, fields });
}

export function event(...fields: string[]): Event {
  const decoded = entry(...fields);
  if (decoded.kind === 'rejected') throw new Error(decoded.reason);
  return decoded.event;
}

export function reason(...fields: string[]): string {
  const decoded = entry(...fields);
  return decoded.kind === 'rejected' ? decoded.reason : 'accepted';
}

/** The sentence a document is refused with, or `accepted`. Any other error is one of the program. */
export function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidDocument) return error.message;
    throw error;
  }
  return 'accepted';
}

export const json = (document: unknown): [string, string] => ['data', JSON.stringify(document)];
export const minimal = { event: 'x', resource: { id: 'r' } };
