import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
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
