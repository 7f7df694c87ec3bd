import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/clock.ts';
import { type Patience, withPatience } from '../../../src/producer/patience.ts';
import { rejection } from '../../support/engine.ts';

const clock = new ManualClock(0);
const connections = { away: () => ({ address: '10.0.0.1:6379', reason: 'it sleeps' }) };

test('an attempt that was given up knows it, so that nothing is sent any more', async () => {
  let seen: Patience | null = null;
  const forever = (patience: Patience): Promise<never> => {
    seen = patience;
    return new Promise(() => undefined);
  };
  const error = await rejection(withPatience({ clock, connections }, 1, 'e1', forever));
  expect(error).toMatchObject({ code: 'UNANSWERED', added: 'no' });
  expect(error).toHaveProperty(
    'message',
    expect.stringMatching(/^Redis at 10\.0\.0\.1:6379 did not answer within 1 ms \(it sleeps\), so nothing was added/),
  );
  expect(seen).toEqual({ sent: false, over: true });
});

test('what fails after it was given up is nobody’s error', async () => {
  const late = Promise.withResolvers<never>();
  const error = await rejection(
    withPatience({ clock, connections }, 1, 'e1', (patience) => {
      patience.sent = true;
      return late.promise;
    }),
  );
  expect(error).toMatchObject({ added: 'perhaps' });
  late.reject(new Error('late'));
});

test('an error in time is the error of the attempt', async () => {
  const attempt = (): Promise<never> => Promise.reject(new Error('refused'));
  expect(await rejection(withPatience({ clock, connections }, 60_000, 'e1', attempt))).toHaveProperty(
    'message',
    'refused',
  );
});
