import { hash } from 'node:crypto';

/** Five bits each: the head names the bucket that an id is remembered in (lua/include/seen.lua). */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const LETTER_BITS = 5;
const HEAD_LETTERS = 5;

/** The tail is what a bucket keeps: with two letters of the head or more 82 bits, so that no two of some billion ids are ever taken for one another. */
const TAIL_FROM = 4;
const TAIL_BYTES = 9;

/** What the seen memory keeps of an event id: five letters and nine bytes. */
export type Digest = Readonly<{ head: string; tail: Buffer }>;

export function digestOf(eventId: string): Digest {
  const bytes = hash('sha1', eventId, 'buffer');
  let bits = bytes.readUInt32BE(0);
  let head = '';
  for (let i = 0; i < HEAD_LETTERS; i += 1) {
    head += LETTERS[bits >>> (32 - LETTER_BITS)];
    bits = (bits << LETTER_BITS) >>> 0;
  }
  return { head, tail: bytes.subarray(TAIL_FROM, TAIL_FROM + TAIL_BYTES) };
}
