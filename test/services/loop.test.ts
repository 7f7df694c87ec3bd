import { describe, expect, test } from 'vitest';
import { Loop, persist } from '../../src/loop.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { logLines } from '../support/log-lines.ts';

function parts(clock = new FakeClock()) {
  return { ...logLines(), clock, name: 'test' };
}

const asleep = (clock: FakeClock): Promise<boolean> => eventually('the loop sleeps', () => clock.sleeping === 1);

describe('a loop', () => {
  test('runs its step again after as long as the step says', async () => {
    const { clock, ...rest } = parts();
    const startedAt: number[] = [];
    const loop = new Loop({ clock, ...rest }, async () => {
      startedAt.push(clock.nowMs());
      return 100;
    });
    loop.start();
    await asleep(clock);
    clock.advance(99);
    clock.advance(1);
    await asleep(clock);
    clock.advance(100);
    await asleep(clock);
    await loop.stop();
    expect(startedAt).toEqual([0, 100, 200]);
  });

  test('runs at once again when the step says 0', async () => {
    const { clock, ...rest } = parts();
    let steps = 0;
    const loop = new Loop({ clock, ...rest }, async () => (++steps < 5 ? 0 : 1_000));
    loop.start();
    await asleep(clock);
    await loop.stop();
    expect([steps, clock.sleeps]).toEqual([5, [1_000]]);
  });

  test('started twice runs once', async () => {
    const { clock, ...rest } = parts();
    let steps = 0;
    const loop = new Loop({ clock, ...rest }, async () => {
      steps += 1;
      return 1_000;
    });
    loop.start();
    loop.start();
    await asleep(clock);
    await loop.stop();
    expect(steps).toBe(1);
  });

  test('hurries when something comes sooner, and only then', async () => {
    const { clock, ...rest } = parts();
    let steps = 0;
    const loop = new Loop({ clock, ...rest }, async () => {
      steps += 1;
      return 500;
    });
    loop.hurry(0);
    loop.start();
    await asleep(clock);
    clock.advance(400);
    loop.hurry(100);
    loop.hurry(200);
    expect(clock.sleeping).toBe(1);
    loop.hurry(99);
    await eventually('another round', () => steps === 2);
    await asleep(clock);
    await loop.stop();
    expect(steps).toBe(2);
  });

  test('lets the step under way finish when it is stopped, then runs no other', async () => {
    const { clock, ...rest } = parts();
    const gate = Promise.withResolvers<void>();
    const events: string[] = [];
    const loop = new Loop({ clock, ...rest }, async (signal) => {
      events.push('begin');
      await gate.promise;
      events.push(signal.aborted ? 'end, told to stop' : 'end');
      return 0;
    });
    loop.start();
    const stopped = loop.stop().then(() => events.push('stopped'));
    gate.resolve();
    await stopped;
    expect(events).toEqual(['begin', 'end, told to stop', 'stopped']);
  });

  test('stops at once when it sleeps, when it was never started, and twice', async () => {
    const { clock, ...rest } = parts();
    const loop = new Loop({ clock, ...rest }, async () => 1_000_000);
    await loop.stop();
    const other = new Loop({ clock, ...rest }, async () => 1_000_000);
    other.start();
    await asleep(clock);
    await Promise.all([other.stop(), other.stop()]);
    expect(clock.nowMs()).toBe(0);
  });
});

describe('a step that fails', () => {
  test('is repeated after growing delays, up to two seconds, and then the loop goes on', async () => {
    const clock = new FakeClock({ flies: true });
    const { logger, lines } = logLines();
    let attempts = 0;
    const loop = new Loop({ clock, logger, name: 'test' }, async () => {
      attempts += 1;
      if (attempts <= 8 || attempts === 10) throw new Error('down');
      return 7;
    });
    loop.start();
    await eventually('two successes', () => attempts >= 11);
    await loop.stop();
    expect(clock.sleeps.slice(0, 11)).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 7, 50, 7]);
    expect(lines.length).toBe(9);
    expect(lines[0]).toMatchObject({ msg: 'step failed', loop: 'test', error: 'down', delayMs: 50 });
  });

  test('is logged without the command’s arguments, which may hold what users sent', async () => {
    const { logger, lines } = logLines();
    const clock = new FakeClock({ flies: true });
    let attempts = 0;
    const error = Object.assign(new Error('ERR no'), { command: { name: 'xadd', args: ['secret'] } });
    await persist({ clock, logger, name: 'test' }, new AbortController().signal, async () => {
      attempts += 1;
      if (attempts === 1) throw error;
      if (attempts === 2) throw 'no error at all';
    });
    expect(lines.map(({ error: said }) => said)).toEqual(['ERR no', 'no error at all']);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  test('is not repeated once it is stopped, and the delay ends at once', async () => {
    const { clock, ...rest } = parts();
    let attempts = 0;
    const loop = new Loop({ clock, ...rest }, async () => {
      attempts += 1;
      throw new Error('down');
    });
    loop.start();
    await asleep(clock);
    await loop.stop();
    expect([attempts, clock.nowMs()]).toEqual([1, 0]);
  });
});

test('persisting answers what the step answered, or null when told to give up', async () => {
  const { clock, ...rest } = parts();
  const giveUp = new AbortController();
  expect(await persist({ clock, ...rest }, giveUp.signal, async () => 'done')).toBe('done');
  const failing = persist({ clock, ...rest }, giveUp.signal, async () => {
    giveUp.abort();
    throw new Error('down');
  });
  expect(await failing).toBeNull();
  expect(await persist({ clock, ...rest }, giveUp.signal, async () => 'never')).toBeNull();
});
