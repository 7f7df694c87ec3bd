import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { lead, textOf, WAIT_MS } from './pages.ts';
import type { World } from './world.ts';

async function until(sentence: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(sentence, holds, { timeoutMs: WAIT_MS });
}

/** @throws where a finding of Overview does not lead to its automation, or is not repeated there and in the workbench */
export async function tryFindings(page: Page, { console, watchfire }: World): Promise<void> {
  await lead(page, console.address, 'overview');
  const { name } = await watchfire.get('failing-customer');
  const finding = page.locator('[data-finding=automations]', { hasText: '(failing-customer), ' }).first();
  await finding.waitFor();
  const said = await finding.locator('p').allInnerTexts();
  await finding.locator('a', { hasText: name }).click();
  await page.locator('[data-of-automation=failing-customer] [data-finding=automations]').first().waitFor();
  const repeats = async (): Promise<boolean> =>
    said.every((words) => whole.includes(words.replace(/\s+/g, ' '))) && whole.includes('while their key was quiet');
  let whole = await textOf(page, '[data-of-automation]');
  await until('its page repeats it, and its cooldown', async () => {
    whole = await textOf(page, '[data-of-automation]');
    return await repeats();
  });
  await page.locator('a', { hasText: 'Open in the workbench' }).click();
  await until('the workbench repeats it', async () => {
    whole = (await textOf(page, '[data-of-automation]')) || '';
    return await repeats();
  });
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
  await finding.waitFor({ timeout: 4 * WAIT_MS });
  await finding.locator('a', { hasText: 'Source scanner' }).click();
  await page.locator('[data-reached=true]:focus [data-source=scanner]').waitFor();
}
