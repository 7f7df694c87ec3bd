import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import { randomOf } from '../chaos/load.ts';
import type { Check } from '../checks.ts';
import { alive, buildPage, closed, openBrowser } from '../console/browser.ts';
import { loaded, opened, textOf } from '../console/pages.ts';
import { Dice } from '../fuzz/dice.ts';
import type { Staged, Trouble } from './troubles.ts';

/** How long pages may take to tell of it: the doctor is asked twice a minute. */
const TOLD_MS = Math.max(60_000, PATIENCE_MS);

/** Takes a picture of a page, where pictures are wanted. */
type Picture = (page: Page, what: string) => Promise<void>;

/** Stages one trouble after the other, and looks whether Overview tells of it, or leads to where it stands in one click. */
export async function findEach(
  check: Check,
  troubles: readonly Trouble[],
  seed: number,
  folder: string | undefined,
): Promise<void> {
  buildPage();
  const browser = await openBrowser();
  try {
    for (const { name, stage } of troubles) {
      const picture: Picture = async (page, what) => {
        if (folder !== undefined)
          await page.screenshot({ path: path.join(folder, `${name}-${what}.png`), fullPage: true });
      };
      await check(`${name} is found from Overview (--seed ${seed})`, async () => {
        const staged = await stage(new Dice(randomOf(seed)));
        await alive(browser, () => find(browser, staged, picture)).finally(() => staged.shop.stop());
      });
    }
  } finally {
    await closed(browser);
  }
}

/** @throws where Overview does not lead to the cause */
async function find(browser: Browser, { shop, place, words }: Staged, picture: Picture): Promise<void> {
  const { page, context } = await opened(browser, shop.console.address);
  try {
    await loaded(page);
    if (place === null) await picture(page, 'overview');
    else await follow(page, place, picture);
    await eventually('the cause stands there', async () => words.test(await textOf(page)), {
      timeoutMs: TOLD_MS,
    }).catch(async (error: Error) => {
      throw new Error(`${error.message}: ${(await textOf(page)).slice(0, 600)}`);
    });
    await loaded(page);
  } finally {
    await picture(page, 'there');
    await context.close();
  }
}

/** Clicks what leads to a place from what needs attention. */
async function follow(page: Page, place: string, picture: Picture): Promise<void> {
  const link = page.locator(`[data-attention] a[href="#/${place}"]`).first();
  await link.waitFor({ timeout: TOLD_MS }).catch(async () => {
    await picture(page, 'overview');
    throw new Error(`Overview does not lead to ${place}: ${(await textOf(page)).slice(0, 1_000)}`);
  });
  await picture(page, 'overview');
  await link.click();
}
