import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../../support/eventually.ts';
import { type Check, checks } from '../checks.ts';
import { PAGES } from './asserted.ts';
import { alive, buildPage, closed, openBrowser } from './browser.ts';
import { tryFilters, tryLanes } from './filters.ts';
import { tryHold, tryUnanswered } from './hold.ts';
import { lead, type Opened, opened, seriousIn, textOf, WAIT_MS } from './pages.ts';
import { refuseHarm, tryForeignPage } from './safety.ts';
import { tryFindings, tryNarrow, trySilenced, trySources } from './told.ts';
import { tryActs, tryWorkbench } from './workbench.ts';
import { openWorld, type World } from './world.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const USAGE = 'npm run proof -- console [--screenshots], which writes those of docs/console.md anew';

/** Bytes that the first view may take on its way. */
const FIRST_VIEW = 200_000;

/** Pages of which docs/console.md has a picture. */
const SHOWN: ReadonlySet<string> = new Set(['overview', 'windows', 'firing', 'workbench']);

const { values } = parseArgs({
  options: { screenshots: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});
if (values.help) process.stdout.write(`${USAGE}\n`);
else process.exitCode = await checks(run);
// A browser that hangs would keep this process.
process.exit();

async function run(each: Check): Promise<void> {
  buildPage();
  const browser = await openBrowser();
  const check: Check = (name, what) => each(name, () => alive(browser, what));
  const world = await openWorld();
  try {
    world.load();
    const own = await alive(browser, () => opened(browser, world.console.address));
    await check('its types fit those of the API', checkTypes);
    await check('the first view is light, and nothing is asked elsewhere', () => firstView(browser, world));
    for (const { name, place, holds } of PAGES) {
      await check(`${name}: what it shows is what the engine says, and axe finds nothing serious`, async () => {
        await lead(own.page, world.console.address, await place(world.watchfire));
        await keepPicture(own.page, name);
        await holds(own.page, world.watchfire);
        await soundAndSafe(own.page);
      });
    }
    await check('dark and narrow pages are as sound', () => looks(browser, world));
    await check('where it is narrow, Escape closes the menu and tabs say that they go on', () =>
      tryNarrow(browser, world),
    );
    await check('lists hold still under the pointer and the focus', () => tryHold(own.page, world));
    await check('lanes show some windows, ends that are torn off, and alerts beside windows', () =>
      tryLanes(own.page, world),
    );
    await check('firings are filtered, and the address says how', () => tryFilters(own.page, world));
    await check('decisions show events without an answer', () => tryUnanswered(own.page, world));
    await check('an automation repeats what Overview says of it', () => tryFindings(own.page, world));
    await check('a silenced automation says until when and by whom', () => trySilenced(own.page, world));
    await check('a finding leads to its source', () => trySources(own.page, world));
    await check('keys lead to pages', () => keys(own.page, world));
    await check('the console without changes offers none', () => readOnly(browser, world));
    await check('the workbench checks, backtests and saves, with the token alone', async () => {
      await tryWorkbench(own.page, world);
      await keepPicture(own.page, 'workbench');
      await soundAndSafe(own.page);
    });
    await check('letters, deliveries, alerts and automations can be acted on', () => tryActs(own.page, world));
    await check('a page of another origin sees and does nothing', () => tryForeignPage(own.context, world));
    await check('nothing went wrong in any page', async () => refuseWrong(own));
  } finally {
    await closed(browser);
    await world.remove();
  }
}

/** What builds the page takes types away and compares none. The engine of the world runs in this process, and goes on meanwhile. */
async function checkTypes(): Promise<void> {
  const compiler = ['node_modules/typescript/bin/tsc', '-p', 'console'];
  await promisify(execFile)(process.execPath, compiler, { cwd: ROOT }).catch(({ stdout }: { stdout: string }) => {
    throw new Error(stdout);
  });
}

async function soundAndSafe(page: Page): Promise<void> {
  const serious = await seriousIn(page);
  if (serious.length > 0) throw new Error(`axe: ${serious.join('\n')}`);
  await refuseHarm(page);
}

function refuseWrong({ wrong }: Opened): void {
  if (wrong.length > 0) throw new Error([...new Set(wrong)].join('\n'));
}

async function firstView(browser: Browser, { console }: World): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/api/')) return;
    const size = response.request().sizes();
    sizes.push(size.then(({ responseBodySize }) => Number(responseBodySize)));
  });
  await page.goto(console.address, { waitUntil: 'networkidle' }).catch(() => undefined);
  await page.locator('h1').waitFor();
  const bytes = (await Promise.all(sizes)).reduce((all, size) => all + size, 0);
  await context.close();
  if (bytes === 0 || bytes > FIRST_VIEW) throw new Error(`the first view has ${bytes} bytes`);
}

async function looks(browser: Browser, { console, watchfire }: World): Promise<void> {
  for (const look of [{ dark: true }, { narrow: true }]) {
    const own = await opened(browser, console.address, look);
    for (const [i, { name, place }] of PAGES.entries()) {
      await lead(own.page, console.address, await place(watchfire));
      // The same parts have the same colours: every second page shows all of them.
      const serious = i % 2 === (look.dark ? 0 : 1) ? await seriousIn(own.page) : [];
      if (serious.length > 0) throw new Error(`${name} ${JSON.stringify(look)}: ${serious.join('\n')}`);
      const wide = (await own.page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
      if (wide > 0) throw new Error(`${name} is ${wide} pixels wider than its window`);
      const thin = (await own.page.evaluate(
        '[...document.querySelectorAll("td")].filter((one) => one.offsetWidth < 60 && one.offsetHeight > 90).length',
      )) as number;
      if (thin > 0) throw new Error(`${name} has ${thin} cells that are too thin for their text`);
    }
    refuseWrong(own);
    await own.context.close();
  }
}

async function keys(page: Page, { console }: World): Promise<void> {
  await lead(page, console.address, 'overview');
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.locator('h1:focus', { hasText: 'Automations' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('overdue');
  await page.locator('[data-id=payment-overdue]').waitFor();
  await page.locator('[data-id=failing-customer]').waitFor({ state: 'detached' });
}

async function readOnly(browser: Browser, { looking }: World): Promise<void> {
  const own = await opened(browser, looking.address);
  for (const place of ['automations/payment-overdue', 'alerts', 'failures/letters', 'workbench/payment-overdue']) {
    await lead(own.page, looking.address, place);
    const words = (await own.page.locator('main button').allInnerTexts()).join(' ');
    if (/Disable|Delete|Resolve|Redrive|Save/.test(words)) throw new Error(`${place} offers ${words}`);
  }
  if (!/Read-only/.test(await textOf(own.page, '.foot'))) throw new Error('it does not say that it is read-only');
  refuseWrong(own);
  await own.context.close();
}

/** Pages of docs/console.md: small, since the browser itself writes them as WebP. */
async function keepPicture(page: Page, name: string): Promise<void> {
  if (!values.screenshots || !SHOWN.has(name)) return;
  await eventually(
    'each number is known',
    async () => (await page.locator('.tile .value', { hasText: '…' }).count()) === 0,
  );
  const png = (await page.screenshot()).toString('base64');
  const paper = await page.context().newPage();
  const text = (await paper.evaluate(
    `(async () => { const image = new Image(); image.src = 'data:image/png;base64,${png}'; await image.decode();
      const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
      canvas.getContext('2d').drawImage(image, 0, 0); return canvas.toDataURL('image/webp', 0.82); })()`,
  )) as string;
  await paper.close();
  const folder = path.join(ROOT, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `console-${name}.webp`), Buffer.from(text.split(',')[1] ?? '', 'base64'));
}
