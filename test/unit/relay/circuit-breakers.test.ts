import { describe, expect, test } from 'vitest';
import { CircuitBreakers } from '../../../src/relay/circuit-breakers.ts';

const LIMIT = 1_000;

/** So many jobs of ordinary size. */
const ones = (count: number): number[] => new Array<number>(count).fill(1);

describe('circuit breakers', () => {
  test('the breaker of a queue without reports is closed', () => {
    const breakers = new CircuitBreakers(LIMIT);
    expect(breakers.allows('mail', 0)).toBe(true);
    expect(breakers.paused()).toEqual([]);
    expect(breakers.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  test('a failing queue is left alone for a pause that doubles up to half a minute, and others get their jobs', () => {
    const breakers = new CircuitBreakers(LIMIT);
    const pauses: number[] = [];
    let now = 0;
    for (let attempt = 0; attempt < 9; attempt += 1) {
      breakers.failed('mail', now);
      expect(breakers.allows('mail', now)).toBe(false);
      expect(breakers.allows('chat', now)).toBe(true);
      pauses.push(breakers.nextAt() - now);
      now = breakers.nextAt();
      expect(breakers.allows('mail', now)).toBe(true);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('opening and closing are reported once', () => {
    const breakers = new CircuitBreakers(LIMIT);
    expect(breakers.failed('mail', 0)).toBe('opened');
    expect(breakers.failed('mail', 500)).toBe(null);
    expect(breakers.added('mail', ones(1), 1_500)).toBe('closed');
    expect(breakers.added('mail', ones(1), 1_600)).toBe(null);
  });

  test('a queue is paused with its reason until its breaker closes', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.failed('mail', 0);
    breakers.seen('chat', LIMIT, 0);
    // Half-open is not closed yet.
    expect(breakers.allows('mail', 500)).toBe(true);
    expect(breakers.paused()).toEqual([
      { queue: 'mail', why: 'failing' },
      { queue: 'chat', why: 'full' },
    ]);
    breakers.added('mail', ones(1), 500);
    breakers.seen('chat', 0, 1_000);
    expect(breakers.paused()).toEqual([]);
  });

  test('the pause of a queue that recovered starts anew', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.failed('mail', 0);
    breakers.failed('mail', 500);
    breakers.added('mail', ones(1), 1_500);
    breakers.failed('mail', 2_000);
    expect(breakers.nextAt()).toBe(2_500);
  });

  test('a queue at its limit is full until it was seen well below', () => {
    const breakers = new CircuitBreakers(LIMIT);
    expect(breakers.seen('mail', 999, 0)).toBe(null);
    expect(breakers.seen('mail', 1_000, 1_000)).toBe('opened');
    expect(breakers.allows('mail', 1_000_000)).toBe(false);
    expect(breakers.seen('mail', 900, 2_000)).toBe(null);
    expect(breakers.seen('mail', 899, 3_000)).toBe('closed');
    expect(breakers.allows('mail', 3_000)).toBe(true);
  });

  test('a full queue is looked at once a second', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.seen('mail', 1_000, 0);
    expect(breakers.fullOnes(999)).toEqual([]);
    expect(breakers.fullOnes(1_000)).toEqual(['mail']);
    breakers.seen('mail', 1_000, 1_000);
    expect(breakers.fullOnes(1_999)).toEqual([]);
    expect(breakers.nextAt()).toBe(2_000);
  });

  test('the depth of a queue is wanted at first, after a second and after five thousand jobs', () => {
    const breakers = new CircuitBreakers(100_000);
    expect(breakers.wantsDepth('mail', 0)).toBe(true);
    breakers.seen('mail', 0, 0);
    expect(breakers.wantsDepth('mail', 999)).toBe(false);
    expect(breakers.wantsDepth('mail', 1_000)).toBe(true);
    breakers.added('mail', ones(4_999), 1);
    expect(breakers.wantsDepth('mail', 2)).toBe(false);
    breakers.added('mail', ones(1), 2);
    expect(breakers.wantsDepth('mail', 2)).toBe(true);
  });

  test('a look at a failing queue neither closes its breaker nor puts the trial off', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.failed('mail', 0);
    expect(breakers.wantsDepth('mail', 500)).toBe(true);
    expect(breakers.seen('mail', 0, 500)).toBe(null);
    expect(breakers.allows('mail', 500)).toBe(true);
    expect(breakers.allows('mail', 499)).toBe(false);
  });

  test('a failing queue for which nothing is held any longer is not waited for', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.failed('mail', 0);
    breakers.failed('chat', 400);
    expect(breakers.hasHalfOpen(500)).toBe(true);
    breakers.tried(500);
    expect(breakers.hasHalfOpen(500)).toBe(false);
    expect(breakers.nextAt()).toBe(900);
  });

  test('a queue in trouble is never forgotten among many sound ones', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.seen('mail', LIMIT, 0);
    for (let i = 0; i < 3_000; i += 1) breakers.seen(`queue-${i}`, 0, 0);
    expect(breakers.allows('mail', 0)).toBe(false);
    expect(breakers.wantsDepth('queue-0', 0)).toBe(true);
  });

  test('a queue takes large jobs up to its limit, and again when those have gone', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.seen('mail', 0, 0);
    const taken = [...ones(9)].filter(() => breakers.allows('mail', 1) && breakers.takesLarge('mail', 200, 1));
    expect(taken).toHaveLength(5);
    expect(breakers.paused()).toEqual([{ queue: 'mail', why: 'full' }]);
    breakers.added('mail', [200, 200, 200, 200, 200], 2);
    expect(breakers.allows('chat', 2) && breakers.takesLarge('chat', 5_000, 2)).toBe(true);
    expect(breakers.fullOnes(1_001)).toEqual(['mail']);
    expect(breakers.seen('mail', 0, 1_001)).toBe('closed');
    expect(breakers.takesLarge('mail', 200, 1_002)).toBe(true);
  });

  test('the depth of a queue of large jobs is what they weigh', () => {
    const breakers = new CircuitBreakers(LIMIT);
    breakers.added('mail', ones(100).fill(50), 0);
    expect(breakers.seen('mail', 15, 1_000)).toBe(null);
    expect(breakers.seen('mail', 25, 2_000)).toBe('opened');
    expect(breakers.seen('mail', 19, 3_000)).toBe(null);
    expect(breakers.seen('mail', 15, 4_000)).toBe('closed');
  });
});
