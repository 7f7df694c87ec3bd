import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { lead, opened, textOf, WAIT_MS } from './pages.ts';
import type { World } from './world.ts';

async function until(sentence: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(sentence, holds, { timeoutMs: WAIT_MS });
}

/** @throws where a finding of Overview does not lead to its automation, or is not repeated there and in the workbench */
export async function tryFindings(page: Page, { console }: World): Promise<void> {
  await lead(page, console.address, 'overview');
  const finding = page.locator('[data-finding=automations]').first();
  await finding.waitFor();
  const [said = ''] = await finding.locator('p').allInnerTexts();
  // Which automation is named first is up to the order in which Redis has them.
  const [, id = ''] = /^".*" \((.*)\), /.exec(said) ?? [];
  await finding.locator('a').first().click();
  await page.waitForURL(({ href }) => href.endsWith(`automations/${id}`));
  const own = `[data-of-automation="${id}"] [data-finding=automations]`;
  await until('its page repeats it', async () => (await textOf(page, own)).includes(said.replace(/\s+/g, ' ')));
  assert.equal(await page.locator(`${own} a[href="#/automations/${id}"]`).count(), 0, 'it leads to where one is');
  await page.locator('a', { hasText: 'Open in the workbench' }).click();
  await page.locator('h1', { hasText: 'Workbench' }).waitFor();
  await until('the workbench repeats it', async () => (await textOf(page, own)).includes(said.replace(/\s+/g, ' ')));
  await lead(page, console.address, 'automations/failing-customer');
  await until('it is said that it cools', async () =>
    /came while their key was quiet/.test(await textOf(page, '[data-of-automation] [data-quiet=cooling]')),
  );
  assert.equal(await page.locator('[data-of-automation] [data-quiet] a[href^="#/automations/"]').count(), 0);
  await lead(page, console.address, 'automations/hostile');
  assert.equal(await page.locator('[data-of-automation] [data-quiet]').count(), 0, 'nothing keeps another one quiet');
}

/** @throws where an automation that is silenced looks as sound as one that is not */
export async function trySilenced(page: Page, { console, watchfire }: World): Promise<void> {
  for (const place of ['automations', 'automations/stalled-order']) {
    await lead(page, console.address, place);
    const silences = await watchfire.silences();
    const whole = silences.find(({ automation }) => automation === 'stalled-order');
    const chip = page.locator(`[data-silenced="${whole?.id}"]`);
    await chip.waitFor();
    assert.match((await chip.allInnerTexts()).join(' '), /^silenced until .*\d\d:\d\d:\d\d by Sam$/);
    const time = await chip.locator('time').getAttribute('datetime');
    assert.equal(time, new Date(whole?.until ?? 0).toISOString());
  }
  assert.equal(await page.locator('.badge.good', { hasText: 'Live' }).count(), 0);
  await lead(page, console.address, 'automations/failing-payments');
  await until('one key of it is silenced', async () =>
    /id=customer\.b silenced until .* by Ada/.test(await textOf(page, '[data-silenced]')),
  );
  assert.equal(await page.locator('.badge.good', { hasText: 'Live' }).count(), 1);
}

/** @throws where the finding of a source that is paused does not lead to it */
export async function trySources(page: Page, { console, watchfire }: World): Promise<void> {
  await watchfire.pauseSource('scanner');
  await lead(page, console.address, 'overview');
  const finding = page.locator('[data-finding=sources]');
  // The doctor is asked twice a minute.
  await finding.waitFor({ timeout: 2 * WAIT_MS });
  await finding.locator('a', { hasText: 'Source scanner' }).click();
  await page.locator('[data-reached=true]:focus [data-source=scanner]').waitFor();
}

/** @throws where the menu of a narrow page stays open, or its tabs end without a sign */
export async function tryNarrow(browser: Browser, { console }: World): Promise<void> {
  const { page, context } = await opened(browser, console.address, { narrow: true });
  await page.locator('button', { hasText: 'Menu' }).click();
  await page.locator('.nav a', { hasText: 'Workbench' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.nav a', { hasText: 'Workbench' }).waitFor({ state: 'hidden' });
  await page.locator('button[aria-expanded=false]:focus', { hasText: 'Menu' }).waitFor();
  await lead(page, console.address, 'automations/payment-overdue');
  await page.locator('.tabs[data-more=behind]').waitFor();
  await page.locator('[role=tab]', { hasText: 'Decisions' }).click();
  await page.locator('.tabs[data-more=before]').waitFor();
  await context.close();
}
