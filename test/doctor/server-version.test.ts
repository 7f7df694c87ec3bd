import { describe, expect, test } from 'vitest';
import { FAULTS, faultsOf } from '../../src/doctor/server-faults.ts';
import {
  earlyAnswers,
  isWithin,
  parseInfo,
  type ServerVersion,
  versionInWords,
  versionOf,
} from '../../src/redis/info.ts';

function server(text: string, product: ServerVersion['product'] = 'redis'): ServerVersion {
  const version = versionOf(new Map([[`${product}_version`, text]]));
  if (version === null) throw new Error(`${text} is no version`);
  return version;
}

describe('the version of a server', () => {
  test.each([
    ['redis_version:7.0.15\r\n', 'Redis 7.0.15'],
    ['# Server\r\nredis_version:7.2.4\r\nvalkey_version:8.1.1\r\n', 'Valkey 8.1.1'],
    ['redis_version:255.255.255\r\n', 'Redis 255.255.255'],
  ])('is read from %j', (info, words) => {
    const version = versionOf(parseInfo(info));
    expect(version && versionInWords(version)).toBe(words);
  });

  test.each(['', 'redis_version:\r\n', 'redis_version:unknown\r\n'])('is not known from %j', (info) => {
    expect(versionOf(parseInfo(info))).toBeNull();
  });

  test.each([
    ['7.0.5', '7.0.0', '7.0.5', false],
    ['7.0.4', '7.0.0', '7.0.5', true],
    ['7.0.15', '7.0.9', '7.0.15', false],
    ['7.0.14', '7.0.9', '7.0.15', true],
    ['6.2.7', null, '7.0.0', true],
    ['10.0.0', '9.0.0', null, true],
    ['7.2-rc3', '7.2.0', '7.2.4', true],
  ])('%s is from %s and below %s: %s', (text, from, below, expected) => {
    expect(isWithin(server(text), from, below)).toBe(expected);
  });
});

describe('known faults', () => {
  test('each say what they mean and where they were mended, and end after they begin', () => {
    for (const { lines, why, source } of FAULTS) {
      expect([why.length > 20, source.length > 5, lines.length > 0]).toEqual([true, true, true]);
      for (const [product, from, below] of lines) {
        if (from !== null) expect(isWithin(server(from, product), null, below)).toBe(true);
      }
    }
  });

  test.each([
    ['redis', '7.0.15', false],
    ['redis', '7.2.4', false],
    ['redis', '7.4.1', true],
    ['redis', '8.0.0', false],
    ['valkey', '7.2.9', false],
    ['valkey', '8.1.1', true],
  ] as const)('%s %s answers WAITAOF too early: %s', (product, text, expected) => {
    const version = server(text, product);
    expect(earlyAnswers(version)).toBe(expected);
    const told = faultsOf(version, true).some(({ source }) => source === 'redis#13793');
    expect(told).toBe(expected);
    expect(faultsOf(version, false).some(({ fsync }) => fsync)).toBe(false);
  });
});
