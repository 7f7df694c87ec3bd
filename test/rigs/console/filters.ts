import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { lead, loaded, textOf, WAIT_MS } from './pages.ts';
import type { World } from './world.ts';

async function until(sentence: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(sentence, holds, { timeoutMs: WAIT_MS });
}

async function idsOf(page: Page): Promise<string[]> {
  return (await page.evaluate('[...document.querySelectorAll("[data-id]")].map((row) => row.dataset.id)')) as string[];
}

/** @throws where a picture does not begin some windows ago, a bar that goes on looks as if it ended, or alerts count as windows */
export async function tryLanes(page: Page, { console, watchfire }: World): Promise<void> {
  await lead(page, console.address, 'automations/payment-overdue');
  const span = page.locator('select[aria-label="How far back"]');
  await until('it shows three windows of 2h', async () =>
    /^6h: three windows/.test(await textOf(page, 'select[aria-label="How far back"]')),
  );
  const bars = page.locator('.lane .m-window');
  const { total } = await watchfire.windows({ automation: 'payment-overdue' });
  await until('all bars end in it', async () => (await bars.and(page.locator('[data-torn=none]')).count()) === total);
  await span.selectOption('60000');
  await loaded(page);
  await until('none does in a minute', async () => {
    const torn = await bars.and(page.locator('[data-torn=end], [data-torn=both]')).count();
    return torn > 0 && torn === (await bars.count());
  });
  assert.equal(await page.locator('.lane .m-due').count(), 0, 'a deadline that lies elsewhere is drawn nowhere');
  await lead(page, console.address, 'automations/stalled-order');
  const { windows } = await watchfire.windows({ automation: 'stalled-order' });
  const events = windows.flatMap((one) => (one.kind === 'event' ? [one] : []));
  const [open, alerts] = [events.filter((one) => one.window !== null), events.filter((one) => one.alert !== null)];
  assert.ok(alerts.length > 0 && open.length < events.length, 'there are alerts without windows');
  const counts = page.locator('[data-windows]');
  assert.equal(await counts.getAttribute('data-windows'), `${open.length}`);
  assert.equal(await counts.getAttribute('data-alerts'), `${alerts.length}`);
}

/** @throws where the page of firings shows others than those of its filter, or its address forgets them */
export async function tryFilters(page: Page, { console, watchfire }: World): Promise<void> {
  await lead(page, console.address, 'firings');
  const { firings } = await watchfire.firings({ limit: 1_000 });
  const all = firings.map(({ firing }) => firing).reverse();
  const shows = async (sentence: string, wanted: typeof all): Promise<void> => {
    assert.ok(wanted.length < all.length, sentence);
    const ids = wanted.map(({ id }) => id);
    await until(sentence, async () => `${await idsOf(page)}` === `${ids}`);
  };
  const ofOne = all.filter(({ automation }) => automation === 'failing-customer');
  await page.locator('[data-filter=automation]').selectOption('failing-customer');
  await shows('those of one automation', ofOne);
  await page.locator('[data-filter=label]').fill('Customer.1');
  const ofKey = ofOne.filter(({ labels }) => `${labels.id}`.includes('customer.1'));
  await shows('those of it with a part of the key', ofKey);
  await until('how many were looked at', async () =>
    (await textOf(page)).includes(`${ofOne.length} firings of this automation looked at`),
  );
  assert.match(page.url(), /#\/firings\?automation=failing-customer&label=Customer\.1$/);
  await page.reload();
  await loaded(page);
  await shows('the same from its address', ofKey);
  assert.equal(await page.locator('[data-filter=label]').inputValue(), 'Customer.1');
  await page.locator('[data-filter=state]').selectOption('Resolved');
  await until('that none fits', async () => /No firing fits/.test(await textOf(page)));
  await page.locator('.nav a', { hasText: 'Firings' }).click();
  await until('all of them', async () => (await idsOf(page)).length === Math.min(100, all.length));
}
