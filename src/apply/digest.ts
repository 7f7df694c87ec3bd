import { hash } from 'node:crypto';

/** Five bits each: the head names the bucket that an id is remembered in (lua/include/seen.lua). */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const LETTER_BITS = 5;
const HEAD_LETTERS = 5;

/**
 * The tail is what a bucket keeps: with two letters of the head or more 82 bits, so that no two of some billion ids are ever taken for one
 * another. It ends with the twelfth byte: formats before 3 kept so many, and `watchfire migrate` leads them over.
 */
const TAIL_FROM = 3;
const TAIL_BYTES = 9;

/** Bytes of a SHA-1 that a digest is made of. */
export const DIGEST_BYTES = TAIL_FROM + TAIL_BYTES;

/** What the seen memory keeps of an event id: five letters and nine bytes, each as the character of that number (latin1). */
export type Digest = Readonly<{ head: string; tail: string }>;

export function digestOf(eventId: string): Digest {
  // Every event needs one, and Node gives out text in less than half the time of a buffer.
  return digestFrom(hash('sha1', eventId, 'binary'));
}

/** @param bytes the first DIGEST_BYTES of the SHA-1, or all of it, as latin1 */
export function digestFrom(bytes: string): Digest {
  let bits =
    (bytes.charCodeAt(0) << 24) | (bytes.charCodeAt(1) << 16) | (bytes.charCodeAt(2) << 8) | bytes.charCodeAt(3);
  let head = '';
  for (let i = 0; i < HEAD_LETTERS; i += 1) {
    head += LETTERS[bits >>> (32 - LETTER_BITS)];
    bits <<= LETTER_BITS;
  }
  return { head, tail: bytes.slice(TAIL_FROM, DIGEST_BYTES) };
}

/** A digest as text, as lua/include/buckets.lua writes it: names the followers of a leader. */
export function digestText({ head, tail }: Digest): string {
  return head + Buffer.from(tail, 'latin1').toString('hex');
}
