import { describe, expect, test } from 'vitest';
import { type LinkOrder, linkToken, readLink } from '../../../src/reactions/link.ts';

const KEY = { secret: 'a secret of thirty-two characters', namespace: 'wf' };
const ORDER: LinkOrder = {
  act: 'ack',
  automation: 'failing-payments',
  labels: { id: 'customer.7', region: 'ä "<&' },
  firedMs: 1_000_123,
  untilMs: 2_000_000,
};
const token = linkToken(ORDER, KEY) ?? '';

describe('a signed link', () => {
  test('says what it was made for, until its time is over', () => {
    expect(readLink(token, KEY, 1_999_999)).toMatchObject({ word: 'valid', order: ORDER });
    expect(readLink(token, KEY, 2_000_000)).toEqual({ word: 'expired' });
  });

  test('has one id at every use, and another link has another', () => {
    const idOf = (text: string | null) => {
      const link = readLink(text ?? '', KEY, 0);
      return link.word === 'valid' ? link.id : link.word;
    };
    expect(idOf(token)).toMatch(/^[0-9a-f]{24}$/);
    expect(idOf(token)).toBe(idOf(token));
    expect(idOf(linkToken({ ...ORDER, act: 'snooze' }, KEY))).not.toBe(idOf(token));
  });

  test.each([
    ['of another namespace', linkToken(ORDER, { ...KEY, namespace: 'other' })],
    ['of another secret', linkToken(ORDER, { ...KEY, secret: 'b secret of thirty-two characters' })],
    ['without a signature', token.split('.')[0]],
    ['with nothing in it', ''],
    ['longer than any', `${'A'.repeat(600)}.${token.split('.')[1]}`],
    ['with a line behind it', `${token}\n`],
  ])('%s is forged', (_, text) => {
    expect(readLink(text ?? '', KEY, 0)).toEqual({ word: 'forged' });
  });

  test('with any other character is forged', () => {
    const altered = [...token].map((one, i) => token.slice(0, i) + (one === 'B' ? 'C' : 'B') + token.slice(i + 1));
    expect(altered.filter((text) => readLink(text, KEY, 0).word !== 'forged')).toEqual([]);
  });

  test('is not made where its key has no room in a message', () => {
    expect(linkToken({ ...ORDER, labels: { id: 'x'.repeat(500) } }, KEY)).toBeNull();
  });
});
