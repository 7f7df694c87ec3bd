import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { PATIENCE_MS } from '../../support/eventually.ts';
import { LeftOut } from '../checks.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Builds the page of the console where it is not built. @throws LeftOut */
export function buildPage(): void {
  try {
    execFileSync(process.execPath, ['scripts/page.mjs', '--must'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    throw new LeftOut(String((error as { stderr?: Buffer }).stderr ?? error).trim());
  }
}

/** A browser of this machine; in CI one is installed where apt-get can. @throws LeftOut */
export async function openBrowser(): Promise<Browser> {
  const program = foundBrowser() ?? installed();
  if (program === null)
    throw new LeftOut(
      'no Chromium is here (CHROMIUM names one), and none was installed: that is done in CI, by apt-get',
    );
  return await launched(program);
}

export async function launched(program: string): Promise<Browser> {
  return await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** Longest that one check in a browser may take: the slowest takes some ten seconds, and a busy machine many times that. */
const CHECK_MS = 10 * PATIENCE_MS;
/** Longest wait for a browser to close. */
const CLOSE_MS = 15_000;

/** Browsers that took too long: nothing is asked of them any more. */
const hanging = new WeakSet<Browser>();

/**
 * Does something in a browser, as long as that lives: what is asked of one that was killed, or whose page crashed, is never answered.
 * @throws at once where the browser ends, and where it takes too long
 */
export async function alive<T>(browser: Browser, what: () => Promise<T>, limitMs = CHECK_MS): Promise<T> {
  const ended = (): Error => new Error('Chromium has ended: it was killed, or one of its pages crashed');
  if (!browser.isConnected()) throw ended();
  if (hanging.has(browser)) throw new Error('Chromium hangs');
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(ended());
  const late = (): void => {
    hanging.add(browser);
    reject(new Error(`Chromium did not do it within ${limitMs / 1_000} s: it may hang`));
  };
  const timer = setTimeout(late, limitMs);
  browser.once('disconnected', end);
  try {
    return await Promise.race([what(), over]);
  } finally {
    clearTimeout(timer);
    browser.off('disconnected', end);
  }
}

/** Closes a browser, or leaves one that does not close: it ends with this process. */
export async function closed(browser: Browser): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  await Promise.race([browser.close(), waited]);
  clearTimeout(timer);
}

/** A browser of this machine, by its file; null where none is found. */
export function foundBrowser(): string | null {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const places = (process.env.PATH ?? '').split(path.delimiter);
  return (
    places.flatMap((place) => NAMES.map((name) => path.join(place, name))).find((file) => existsSync(file)) ?? null
  );
}

function installed(): string | null {
  if (!process.env.CI || spawnSync('apt-get', ['--version']).status !== 0) return null;
  try {
    const quietly = { stdio: 'ignore', timeout: 300_000 } as const;
    execFileSync('apt-get', ['update', '-qq'], quietly);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      quietly,
    );
  } catch {
    return null;
  }
  return foundBrowser();
}
