import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { lead, textOf, WAIT_MS } from './pages.ts';
import type { World } from './world.ts';

async function until(sentence: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(sentence, holds, { timeoutMs: WAIT_MS });
}

async function newest(page: Page, attribute = 'data-entry'): Promise<string> {
  return (await page.locator(`[${attribute}]`).first().getAttribute(attribute)) ?? '';
}

async function news(page: Page): Promise<number> {
  return Number(await page.locator('[data-news]').getAttribute('data-news'));
}

/** @throws where a list moves below the pointer or the focus, or does not move without them */
export async function tryHold(page: Page, { console, watchfire }: World): Promise<void> {
  await lead(page, console.address, 'events');
  await page.mouse.move(1, 1);
  const before = await newest(page);
  await until('it moves without the pointer', async () => (await newest(page)) !== before);
  for (const [enter, leave] of [
    [() => page.locator('[data-entry]').nth(3).hover(), () => page.mouse.move(1, 1)],
    [() => page.locator('[data-entry] a').nth(3).focus(), () => page.locator('h1').focus()],
  ] as const) {
    await enter();
    const held = await newest(page);
    await until('it says that there are new ones', async () => (await news(page)) > 0);
    assert.equal(await newest(page), held);
    await page.locator('button', { hasText: 'Show' }).press('Enter');
    await until('they are shown', async () => (await newest(page)) !== held);
    await leave();
    // The button that was pressed has the focus: it is in the list, too.
    await page.locator('h1').focus();
    const shown = await newest(page);
    await until('it moves again', async () => (await newest(page)) !== shown);
  }
  await page.locator('button', { hasText: 'Look further back' }).click();
  await until('older ones are there', async () => (await page.locator('[data-entry]').count()) > 100);
  await page.mouse.move(1, 1);
  await page.locator('h1').focus();
  await until('new ones wait', async () => (await news(page)) > 0);
  const there = await watchfire.events({ limit: 1_000 });
  const entries = there.events.map(({ entry }) => entry);
  const rows = (await page.evaluate(
    '[...document.querySelectorAll("[data-entry]")].map((row) => row.dataset.entry)',
  )) as string[];
  const from = entries.indexOf(rows[0] ?? '');
  assert.deepEqual(rows, entries.slice(from, from + rows.length), 'none is missing between the pages');
}

/** @throws where decisions of now do not show an event that a condition could not answer */
export async function tryUnanswered(page: Page, { console, watchfire }: World): Promise<void> {
  await lead(page, console.address, 'automations/large-order/decisions');
  assert.match(await textOf(page, '[data-unanswered]'), /could not answer 4 events.*payload\.total is "€ 953"/);
  await until('it shows what is decided now', async () => {
    await watchfire.emit({ event: 'order.priced', resource: { id: 'order.1' }, payload: { total: 'much' } });
    return (await page.locator('tbody tr .badge', { hasText: 'no answer' }).count()) > 0;
  });
  await page.locator('tbody tr a', { hasText: 'order.priced' }).first().click();
  await until('its reason', async () => /payload\.total is "much"/.test(await textOf(page)));
}
