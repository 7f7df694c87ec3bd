import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Watchfire } from '../../../src/index.ts';
import { eventually } from '../../support/eventually.ts';
import { lead, textOf, WAIT_MS } from './pages.ts';

/** A page, where it stands, and what on it has to be what the engine says: three values at least. */
export type AssertedPage = Readonly<{
  name: string;
  place: (watchfire: Watchfire) => Promise<string>;
  holds: (page: Page, watchfire: Watchfire) => Promise<void>;
}>;

const at = (place: string) => async (): Promise<string> => place;

/** Looks until the page says so: it asks again every few seconds. */
async function says(page: Page, sentence: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(`the page says ${sentence}`, holds, { timeoutMs: WAIT_MS }).catch(async (error: unknown) => {
    throw new Error(`${(error as Error).message}; it says: ${(await textOf(page)).slice(0, 400)}`);
  });
}

function contains(text: string | undefined, part: string): void {
  assert.ok(text?.includes(part), `it does not say ${part}: ${text?.slice(0, 400)}`);
}

async function tile(page: Page, name: string): Promise<string> {
  return (await page.locator('.tile', { hasText: name }).first().locator('.value').allInnerTexts()).join('');
}

async function idsOf(page: Page, attribute: string): Promise<string[]> {
  const rows = await page.locator(`[${attribute}]`).all();
  return await Promise.all(rows.map(async (row) => (await row.getAttribute(attribute)) ?? ''));
}

async function chosen(page: Page): Promise<string> {
  return await textOf(page, '[role=tab][aria-selected=true]');
}

async function newestFiring(watchfire: Watchfire): Promise<string> {
  const { firings } = await watchfire.firings({ automation: 'failing-customer', limit: 1 });
  return firings[0]?.firing.id ?? '';
}

async function newestEvent(watchfire: Watchfire): Promise<string> {
  const { events } = await watchfire.events({ name: 'order.failed', limit: 1 });
  return events[0]?.entry ?? '';
}

/** What needs attention: an example of what a condition could not answer, and as much as the navigation counts, which is no advice about the server. */
async function attention(page: Page, watchfire: Watchfire): Promise<void> {
  const { events } = await watchfire.events({ name: 'order.priced', limit: 1 });
  await says(page, 'an example', async () => `${await idsOf(page, 'data-example')}` === events[0]?.entry);
  contains(await textOf(page, '[data-quiet=condition]'), `payload.total is "€ 953"`);
  await says(page, 'what of queues and persistence', async () => {
    const found = await idsOf(page, 'data-finding');
    return found.includes('queues') && found.includes('persistence');
  });
  const findings = await idsOf(page, 'data-finding');
  assert.ok(findings.lastIndexOf('automations') < findings.indexOf('persistence'), `${findings} in this order`);
  const advice = await page.locator('[data-advice] [data-finding]').count();
  assert.equal(await page.locator('[data-advice] [data-finding=persistence]').count(), 1);
  const quiet = await page.locator('[data-quiet]').count();
  const reasons = await page.locator('[data-quiet=silenced], [data-quiet=cooling], [data-quiet=condition]').count();
  assert.ok(reasons >= 4 && quiet >= reasons, `${reasons} of ${quiet}`);
  assert.equal(
    await page.locator('.nav [data-wrong]').getAttribute('data-wrong'),
    `${findings.length - advice + quiet}`,
  );
}

/** A firing of some ms is drawn from its first event on, though its window is of minutes. */
async function drawnFromFirst(page: Page, watchfire: Watchfire): Promise<void> {
  const { firings } = await watchfire.firings({ automation: 'failing-payments', limit: 1 });
  await page.evaluate(`location.hash = '#/firings/${firings[0]?.firing.id}'`);
  await says(page, 'its window', async () => /Grey: the window, since/.test(await textOf(page)));
  const { x: first = Number.NaN } = (await page.locator('.picture .m-tick').boundingBox()) ?? {};
  const { x = 0, width = 0 } = (await page.locator('.picture').boundingBox()) ?? {};
  assert.ok(first - x < width / 10, `its first event is drawn at ${first - x} of ${width}`);
  contains(await textOf(page, '[data-reach="900000"]'), 'it lasts 10m from the event that opened it');
}

export const PAGES: readonly AssertedPage[] = [
  {
    name: 'overview',
    place: at('overview'),
    holds: async (page, watchfire) => {
      const { due, dead, firings, workers } = await watchfire.status();
      await says(
        page,
        `${due.windows} keys with state`,
        async () => (await tile(page, 'Keys with state')) === `${due.windows}`,
      );
      // Each of them comes by an answer of its own.
      await says(page, `${dead} dead letters`, async () => (await tile(page, 'Dead letters')) === `${dead}`);
      await says(page, `${firings} firings`, async () => (await tile(page, 'Firings, last hour')) === `${firings}`);
      await says(page, 'its worker', async () => (await textOf(page)).includes(workers[0]?.id ?? 'no worker'));
      await attention(page, watchfire);
    },
  },
  {
    name: 'automations',
    place: at('automations'),
    holds: async (page, watchfire) => {
      const list = await watchfire.list();
      assert.deepEqual(
        await idsOf(page, 'data-id'),
        list.map(({ id }) => id),
      );
      const { total } = await watchfire.windows({ automation: 'payment-overdue', limit: 1 });
      const row = page.locator('[data-id=payment-overdue] td');
      assert.deepEqual(await row.nth(4).allInnerTexts(), [`${total}`]);
      contains(await textOf(page, '[data-id=large-order]'), `${await watchfire.whereErrors('large-order')} events`);
      const { firings } = await watchfire.firings({ automation: 'failing-customer' });
      assert.deepEqual(await page.locator('[data-id=failing-customer] td').nth(3).allInnerTexts(), [
        `${firings.length}`,
      ]);
    },
  },
  {
    name: 'windows',
    place: at('automations/payment-overdue'),
    holds: async (page, watchfire) => {
      const { windows, total } = await watchfire.windows({ automation: 'payment-overdue' });
      const keys = await idsOf(page, 'data-key');
      assert.deepEqual(
        keys.slice(0, total),
        windows.map(({ labels }) => `id=${labels.id}`),
      );
      assert.ok((await page.locator('.lane .m-window').count()) >= total);
      assert.equal(await page.locator('.lane .m-due').count(), total);
      await page.locator(`[data-key="${keys[0]}"] button`).click();
      const [first] = windows;
      const count = first?.kind === 'event' ? (first.window?.count ?? 0) : 0;
      contains(await textOf(page, '.lane-more'), `Counted ${count} of 1`);
    },
  },
  {
    name: 'firings',
    place: at('firings'),
    holds: async (page, watchfire) => {
      const { firings } = await watchfire.firings();
      const newest = firings.map(({ firing }) => firing).reverse();
      assert.deepEqual(
        await idsOf(page, 'data-id'),
        newest.map(({ id }) => id),
      );
      for (const { id, name, automation, labels, state, event } of newest.filter(
        (one) => one.automation !== 'hostile',
      )) {
        const cells = await page.locator(`[data-id="${id}"] td`).allInnerTexts();
        const key = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
        assert.deepEqual(
          cells.slice(1).map((text) => text.replace(/\s+/g, '')),
          [name, key.join(''), state, event?.event ?? 'what did not come'].map((text) => text.replace(/\s+/g, '')),
          `${automation}: ${id}`,
        );
      }
    },
  },
  {
    name: 'firing',
    place: async (watchfire) => `firings/${await newestFiring(watchfire)}`,
    holds: async (page, watchfire) => {
      const why = await watchfire.why(await newestFiring(watchfire));
      const text = await textOf(page);
      contains(text, `${why?.step.counted.length} ${why?.step.counted.length === 1 ? 'event' : 'events'} counted`);
      contains(text, `revision ${why?.recorded.firing.revision}`);
      for (const { id } of why?.jobs ?? []) contains(text, id);
      assert.equal(await page.locator('.moments li').count(), why?.timeline.length);
      const { width = 0, height = 1 } = (await page.locator('.picture .m-fire').boundingBox()) ?? {};
      assert.ok(width / height > 0.6 && width / height < 1.1, `its diamond is ${width} by ${height}`);
      await drawnFromFirst(page, watchfire);
    },
  },
  {
    name: 'events',
    place: at('events'),
    holds: async (page, watchfire) => {
      await page.locator('[data-filter=name]').fill('order.placed');
      await page.locator('[data-filter=name]').press('Enter');
      const { events } = await watchfire.events({ name: 'order.placed' });
      await says(
        page,
        'the events of the filter',
        async () => (await page.locator('[data-entry]').count()) === events.length,
      );
      assert.deepEqual(
        await idsOf(page, 'data-entry'),
        events.map(({ entry }) => entry),
      );
      contains(await textOf(page), events[0]?.event?.resource.id ?? 'no resource');
      await page.locator('[role=tab]', { hasText: 'Live' }).click();
      await page.locator('[data-filter=name]').fill('item.*');
      await page.locator('[data-filter=name]').press('Enter');
      await says(page, 'what happens now', async () => /item\.added/.test(await textOf(page)));
    },
  },
  {
    name: 'event',
    place: async (watchfire) => `events/${await newestEvent(watchfire)}`,
    holds: async (page, watchfire) => {
      const found = await watchfire.event(await newestEvent(watchfire));
      const all = (await watchfire.list()).length;
      await page.locator(`[data-explained="${all}"]`).waitFor();
      const text = await textOf(page);
      contains(text, `"id": "${found?.event?.id}"`);
      contains(text, `${all - 1} automations were not interested`);
      assert.match(await textOf(page, '[data-automation=failing-customer]'), /cooling|counted|fired/);
    },
  },
  {
    name: 'alerts',
    place: at('alerts'),
    holds: async (page, watchfire) => {
      const [alerts, silences] = [await watchfire.alerts(), await watchfire.silences()];
      const rows = await page.locator('table').first().locator('tbody tr').allInnerTexts();
      assert.equal(rows.length, alerts.length);
      for (const [i, { name, labels }] of alerts.entries()) {
        contains(rows[i], name);
        contains(rows[i]?.replace(/\s/g, ''), `id=${labels.id}`);
      }
      assert.equal(await page.locator('table').nth(1).locator('tbody tr').count(), silences.length);
    },
  },
  {
    name: 'letters',
    place: at('failures/letters'),
    holds: async (page, watchfire) => {
      const letters = (await watchfire.deadLetters()).reverse();
      assert.deepEqual(
        await idsOf(page, 'data-letter'),
        letters.map(({ id }) => id),
      );
      contains(await textOf(page), letters[0]?.reason ?? 'no reason');
      contains(await textOf(page), letters[0]?.entry ?? 'no entry');
    },
  },
  {
    name: 'deliveries',
    place: at('failures/deliveries'),
    holds: async (page, watchfire) => {
      const deliveries = (await watchfire.deliveries()).reverse();
      const jobs = deliveries.map(({ job }) => job);
      // All of them fail alike.
      await says(page, 'one group', async () => `${await idsOf(page, 'data-group')}` === `${jobs.length}`);
      contains(await textOf(page, '[data-group]'), `${deliveries[0]?.error} ${jobs.length} failed`);
      await page.locator('[data-group] button', { hasText: 'Show each' }).click();
      await says(page, 'each delivery', async () => `${await idsOf(page, 'data-job')}` === `${jobs}`);
      assert.equal(await page.locator('[data-job] a', { hasText: 'why' }).count(), jobs.length);
    },
  },
  {
    name: 'queues',
    place: at('queues'),
    holds: async (page, watchfire) => {
      const depths = await watchfire.queueDepths(['support', 'billing', 'deliveries']);
      for (const [name, { waiting, failed }] of depths) {
        const cells = await page.locator(`[data-queue=${name}] td`).allInnerTexts();
        assert.deepEqual([name, cells[2], cells[6]], [name, `${waiting}`, `${failed}`]);
      }
      await page.locator('[data-queue=support] a').click();
      const jobs = await watchfire.queueJobs({ queue: 'support', state: 'waiting', start: 0, limit: 25 });
      await says(page, 'the jobs of the queue', async () => (await page.locator('[data-job]').count()) === jobs.length);
      assert.deepEqual(
        await idsOf(page, 'data-job'),
        jobs.map(({ id }) => id),
      );
      await says(
        page,
        'how many wait',
        async () => (await chosen(page)) === `Waiting ${depths.get('support')?.waiting}`,
      );
      await lead(page, new URL('/', page.url()).href, 'queues/deliveries');
      const failed = depths.get('deliveries')?.failed ?? 0;
      // Nothing else is in it: what failed is shown, all of it.
      await says(page, 'the state that has jobs', async () => (await chosen(page)) === `Failed ${failed}`);
      await says(page, 'its jobs', async () => (await page.locator('[data-job]').count()) === Math.min(25, failed));
      await page.locator('[role=tab]', { hasText: 'Active' }).click();
      await says(page, 'that there is none', async () => /No job is active/.test(await textOf(page)));
      assert.equal(await page.locator('[data-pager]').count(), 0);
    },
  },
];
