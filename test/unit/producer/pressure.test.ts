import { describe, expect, test } from 'vitest';
import { drainRate, type Look, refusalOf } from '../../../src/producer/pressure.ts';
import { memoryRatio } from '../../../src/redis/info.ts';

const bounds = { maxBacklog: 1_000, maxMemoryRatio: 0.9 };

const look = (atMs: number, behind: number | null, applied: number | null, memory = 0): Look => ({
  atMs,
  behind,
  applied,
  memory,
});

describe('events are refused', () => {
  test.each<[string, Look[], Parameters<typeof refusalOf>[2], ReturnType<typeof refusalOf>]>([
    ['not below both bounds', [look(0, 999, 0, 0.89)], null, null],
    ['not before anybody looked', [], null, null],
    ['not where Redis cannot tell the backlog', [look(0, null, null)], null, null],
    [
      'when so many wait, for as long as it takes to make room at the present pace',
      [look(0, 1_300, 0), look(1_000, 1_200, 100)],
      null,
      { reason: 'backlog', sentence: '1200 events are not applied yet, the bound is 1000', retryAfterMs: 3_000 },
    ],
    [
      'for a moment at least',
      [look(0, 1_000, 0), look(1_000, 1_000, 1_000_000)],
      null,
      { reason: 'backlog', sentence: '1000 events are not applied yet, the bound is 1000', retryAfterMs: 100 },
    ],
    [
      'for a minute at most',
      [look(0, 90_000, 0), look(1_000, 90_000, 1)],
      null,
      { reason: 'backlog', sentence: '90000 events are not applied yet, the bound is 1000', retryAfterMs: 60_000 },
    ],
    [
      'and told that nobody applies any',
      [look(0, 1_000, 7), look(500, 1_000, 7)],
      null,
      {
        reason: 'backlog',
        sentence: '1000 events are not applied yet, the bound is 1000, and no worker applies any',
        retryAfterMs: 5_000,
      },
    ],
    [
      'when one look cannot tell the pace, for a while',
      [look(0, 1_000, 7)],
      null,
      { reason: 'backlog', sentence: '1000 events are not applied yet, the bound is 1000', retryAfterMs: 5_000 },
    ],
    ['until there is some room again', [look(0, 900, 0)], 'backlog', expect.objectContaining({ reason: 'backlog' })],
    ['not once there is', [look(0, 899, 0)], 'backlog', null],
    [
      'when memory is short',
      [look(0, 0, 0, 0.9)],
      null,
      { reason: 'memory', sentence: 'Redis has used 90 % of its memory, the bound is 90 %', retryAfterMs: 5_000 },
    ],
    ['until some of it is free again', [look(0, 0, 0, 0.89)], 'memory', expect.objectContaining({ reason: 'memory' })],
    ['and not once it is', [look(0, 0, 0, 0.88)], 'memory', null],
  ])('%s', (_, looks, before, refusal) => {
    expect(refusalOf(looks, bounds, before)).toEqual(refusal);
  });
});

test.each<[string, Look[], number | null]>([
  ['nothing', [], null],
  ['one look', [look(0, 1, 1)], null],
  ['two at about the same time', [look(0, 1, 1), look(99, 1, 50)], null],
  ['one that Redis could not answer', [look(0, 1, null), look(100, 1, 50)], null],
  ['two', [look(0, 1, 50), look(100, 1, 250)], 2],
])('the pace told by %s', (_, looks, perMs) => {
  expect(drainRate(looks)).toBe(perMs);
});

test.each([
  ['there is no limit', 'used_memory:500\r\nmaxmemory:0\r\n', 0],
  ['of what counts, buffers left out', 'used_memory:500\r\nmaxmemory:1000\r\nmem_not_counted_for_evict:100\r\n', 0.4],
  ['an old server names no buffers', 'used_memory:500\r\nused_memory_rss:900\r\nmaxmemory:1000\r\n', 0.5],
])('part of the memory in use: %s', (_, info, ratio) => {
  expect(memoryRatio(info)).toBe(ratio);
});
