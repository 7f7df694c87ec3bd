import { EventEmitter } from 'node:events';
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { alive } from '../rigs/console/browser.ts';

/** A browser as far as its life goes. */
function browser(isConnected = true): Browser {
  return Object.assign(new EventEmitter(), { isConnected: () => isConnected }) as unknown as Browser;
}

const never = (): Promise<never> => new Promise<never>(() => undefined);

test('a check ends with what it found, and listens to the browser no longer', async () => {
  const own = browser();
  expect(await alive(own, async () => 'found')).toBe('found');
  expect((own as unknown as EventEmitter).listenerCount('disconnected')).toBe(0);
});

test('a check ends when the browser does, though nothing answers any more', async () => {
  const own = browser();
  const checked = alive(own, never);
  (own as unknown as EventEmitter).emit('disconnected');
  await expect(checked).rejects.toThrow('Chromium has ended');
});

test('a check of a browser that has ended is not begun', async () => {
  await expect(alive(browser(false), never)).rejects.toThrow('Chromium has ended');
});

test('a check in a browser that hangs ends, and those behind it at once', async () => {
  const own = browser();
  await expect(alive(own, never, 1)).rejects.toThrow('it may hang');
  await expect(alive(own, never)).rejects.toThrow('Chromium hangs');
});
