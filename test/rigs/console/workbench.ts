import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { lead, textOf, WAIT_MS } from './pages.ts';
import { TOKEN, type World } from './world.ts';

const must = (sentence: string, holds: boolean): void => {
  if (!holds) throw new Error(`not so: ${sentence}`);
};

async function until(sentence: string, holds: () => Promise<boolean>): Promise<void> {
  await eventually(sentence, holds, { timeoutMs: WAIT_MS });
}

/** Edits an automation, backtests and saves it, as a person does. */
export async function tryWorkbench(page: Page, { console, watchfire }: World): Promise<void> {
  await lead(page, console.address, 'workbench/failing-customer');
  const editor = page.locator('.editor .cm-content');
  await editor.waitFor();
  await until('the check finds nothing', async () => /Nothing is wrong/.test(await textOf(page)));
  const error = { message: 'text: cannot be read within 2 s' };
  await page.route('**/api/drafts/check', (route) => route.fulfill({ status: 422, json: { error } }));
  await page.locator('.cm-line', { hasText: 'threshold' }).click();
  await page.keyboard.press('End');
  await page.keyboard.type(' ');
  await until('a check that failed says why', async () => (await textOf(page)).includes(error.message));
  must('what was not checked is not saved', (await page.locator('button', { hasText: 'Save' }).count()) === 0);
  await page.unroute('**/api/drafts/check');
  await page.keyboard.press('Backspace');
  await until('it is checked again', async () => /Nothing is wrong/.test(await textOf(page)));
  await page.locator('.cm-line', { hasText: 'threshold' }).click();
  await page.keyboard.press('End');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('none');
  await until('the check names the line', async () => (await page.locator('[data-problems="1"]').count()) === 1);
  must('the line is named', /line \d+ ?trigger\.threshold/.test((await textOf(page)).replace(/\s+/g, ' ')));
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('Backspace');
  await page.keyboard.type('3');
  await until('the change is named', async () => /updated/.test(await textOf(page)));
  await page.locator('button', { hasText: 'Backtest' }).click();
  await page.locator('[data-same]').waitFor();
  // With a lower threshold each customer fires sooner.
  const counts = await Promise.all(
    ['data-new', 'data-gone', 'data-moved'].map(async (name) =>
      Number(await page.locator('[data-same]').getAttribute(name)),
    ),
  );
  must(
    `it would fire at other times (${counts})`,
    counts.some((count) => count > 0),
  );
  must('they are drawn', (await page.locator('.m-new[d^=M], .m-gone[d^=M]').count()) > 0);
  await page.locator('button', { hasText: 'Save in shadow' }).click();
  await page.locator('dialog input[type=password]').fill('a wrong token');
  await page.keyboard.press('Enter');
  await until('a wrong token is refused', async () => /this is not the token/.test(await textOf(page, 'dialog')));
  await page.locator('dialog input[type=password]').fill(TOKEN);
  await page.keyboard.press('Enter');
  await until('the session begins', async () => /May change/.test(await textOf(page, '.foot')));
  await page.locator('button', { hasText: 'Save in shadow' }).click();
  await until('it is saved', async () => (await watchfire.get('failing-customer')).mode === 'shadow');
  must(
    'its threshold is the new one',
    JSON.stringify((await watchfire.get('failing-customer')).document).includes('"threshold":3'),
  );
}

/** Acts of other pages, with the session that is open. */
export async function tryActs(page: Page, { console, watchfire }: World): Promise<void> {
  await lead(page, console.address, 'automations/failing-customer/revisions');
  must('the revisions differ in one line each way', (await page.locator('.line-add').count()) > 0);
  await page.locator('button', { hasText: 'Promote' }).click();
  await until('it is live again', async () => (await watchfire.get('failing-customer')).mode !== 'shadow');
  await lead(page, console.address, 'alerts');
  const before = (await watchfire.alerts()).length;
  const row = page.locator('tbody tr').first();
  await row.locator('button', { hasText: 'Resolve' }).click();
  await page.locator('button', { hasText: 'Resolve it?' }).click();
  await until('an alert is over', async () => (await watchfire.alerts()).length === before - 1);
  await lead(page, console.address, 'failures/letters');
  await page.locator('button', { hasText: 'Edit and send' }).last().click();
  await page.locator('dialog textarea').fill('{"event":"order.failed","resource":{"id":"customer.1"}}');
  await page.locator('dialog button[type=submit]').click();
  await until('the letter is gone', async () => (await watchfire.deadLetters()).length === 1);
  await lead(page, console.address, 'failures/deliveries');
  const failed = (await watchfire.deliveries({ state: 'failed' })).length;
  await page.locator('[data-group] button', { hasText: 'Show each' }).click();
  await page.locator('[data-job] button', { hasText: 'Drop' }).first().click();
  await page.locator('button', { hasText: 'Give it up?' }).click();
  await until(
    'a delivery is dropped',
    async () => (await watchfire.deliveries({ state: 'failed' })).length === failed - 1,
  );
  await page.locator('[data-group] button', { hasText: `Drop all ${failed - 1}` }).click();
  await page.locator('button', { hasText: `Give ${failed - 1} up?` }).click();
  await until('all are dropped', async () => (await watchfire.deliveries({ state: 'failed' })).length === 0);
  await lead(page, console.address, 'failures/letters');
  await page.locator('[data-letter] button', { hasText: 'Drop' }).click();
  await page.locator('button', { hasText: 'Drop it for good?' }).click();
  await until('the navigation counts it no more', async () => await countsAll(page));
}

const OF_SERVER = ['protection', 'version', 'known faults', 'eviction', 'memory', 'persistence', 'durability'];

/** Says whether the navigation counts what the API finds, and the API finds no dead letter. */
async function countsAll(page: Page): Promise<boolean> {
  const asked = `Promise.all(['findings', 'quiet'].map(async (one) => (await fetch('/api/' + one)).json()))`;
  const [{ checks }, { quiet }] = (await page.evaluate(asked)) as [
    { checks: { name: string; grade: string }[] },
    { quiet: unknown[] },
  ];
  const found = checks.filter(({ name, grade }) => grade !== 'ok' && !OF_SERVER.includes(name));
  const told = await page.locator('.nav [data-wrong]').getAttribute('data-wrong');
  return !found.some(({ name }) => name === 'dead letters') && told === `${found.length + quiet.length}`;
}
