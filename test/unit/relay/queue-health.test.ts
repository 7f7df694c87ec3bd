import { describe, expect, test } from 'vitest';
import { Gates } from '../../../src/relay/queue-health.ts';

const LIMIT = 1_000;

describe('gates', () => {
  test('a queue nobody has complained about is open', () => {
    const gates = new Gates(LIMIT);
    expect(gates.isOpen('mail', 0)).toBe(true);
    expect(gates.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  test('a failing queue is left alone for a pause that doubles up to half a minute, and others stay open', () => {
    const gates = new Gates(LIMIT);
    const pauses: number[] = [];
    let now = 0;
    for (let attempt = 0; attempt < 9; attempt += 1) {
      gates.failed('mail', now);
      expect(gates.isOpen('mail', now)).toBe(false);
      expect(gates.isOpen('chat', now)).toBe(true);
      pauses.push(gates.nextAt() - now);
      now = gates.nextAt();
      expect(gates.isOpen('mail', now)).toBe(true);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('closing and opening are told once', () => {
    const gates = new Gates(LIMIT);
    expect(gates.failed('mail', 0)).toBe('closed');
    expect(gates.failed('mail', 500)).toBe(null);
    expect(gates.added('mail', 1, 1_500)).toBe('opened');
    expect(gates.added('mail', 1, 1_600)).toBe(null);
  });

  test('the pause of a queue that recovered starts anew', () => {
    const gates = new Gates(LIMIT);
    gates.failed('mail', 0);
    gates.failed('mail', 500);
    gates.added('mail', 1, 1_500);
    gates.failed('mail', 2_000);
    expect(gates.nextAt()).toBe(2_500);
  });

  test('a queue at its limit is full until it was seen well below', () => {
    const gates = new Gates(LIMIT);
    expect(gates.seen('mail', 999, 0)).toBe(null);
    expect(gates.seen('mail', 1_000, 1_000)).toBe('closed');
    expect(gates.isOpen('mail', 1_000_000)).toBe(false);
    expect(gates.seen('mail', 900, 2_000)).toBe(null);
    expect(gates.seen('mail', 899, 3_000)).toBe('opened');
    expect(gates.isOpen('mail', 3_000)).toBe(true);
  });

  test('a full queue is looked at once a second', () => {
    const gates = new Gates(LIMIT);
    gates.seen('mail', 1_000, 0);
    expect(gates.fullOnes(999)).toEqual([]);
    expect(gates.fullOnes(1_000)).toEqual(['mail']);
    gates.seen('mail', 1_000, 1_000);
    expect(gates.fullOnes(1_999)).toEqual([]);
    expect(gates.nextAt()).toBe(2_000);
  });

  test('the depth of a queue is wanted at first, after a second and after five thousand jobs', () => {
    const gates = new Gates(100_000);
    expect(gates.wantsDepth('mail', 0)).toBe(true);
    gates.seen('mail', 0, 0);
    expect(gates.wantsDepth('mail', 999)).toBe(false);
    expect(gates.wantsDepth('mail', 1_000)).toBe(true);
    gates.added('mail', 4_999, 1);
    expect(gates.wantsDepth('mail', 2)).toBe(false);
    gates.added('mail', 1, 2);
    expect(gates.wantsDepth('mail', 2)).toBe(true);
  });

  test('a look at a failing queue neither opens it nor puts the trial off', () => {
    const gates = new Gates(LIMIT);
    gates.failed('mail', 0);
    expect(gates.wantsDepth('mail', 500)).toBe(true);
    expect(gates.seen('mail', 0, 500)).toBe(null);
    expect(gates.isOpen('mail', 500)).toBe(true);
    expect(gates.isOpen('mail', 499)).toBe(false);
  });

  test('a failing queue for which nothing is held any longer is not waited for', () => {
    const gates = new Gates(LIMIT);
    gates.failed('mail', 0);
    gates.failed('chat', 400);
    expect(gates.hasTrial(500)).toBe(true);
    gates.tried(500);
    expect(gates.hasTrial(500)).toBe(false);
    expect(gates.nextAt()).toBe(900);
  });

  test('a queue in trouble is never forgotten among many sound ones', () => {
    const gates = new Gates(LIMIT);
    gates.seen('mail', LIMIT, 0);
    for (let i = 0; i < 3_000; i += 1) gates.seen(`queue-${i}`, 0, 0);
    expect(gates.isOpen('mail', 0)).toBe(false);
    expect(gates.wantsDepth('queue-0', 0)).toBe(true);
  });
});
