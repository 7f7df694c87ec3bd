import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Longest wait for something on a page: as long as all tests wait, which is far longer than any page needs. */
export const WAIT_MS = PATIENCE_MS;

/** A page of the console, and what went wrong in it. */
export type Opened = Readonly<{ page: Page; context: BrowserContext; wrong: string[] }>;

export type Looks = Readonly<{ dark?: boolean; narrow?: boolean }>;

/** Opens the console as a person does who has looked at nothing else. */
export async function opened(
  browser: Browser,
  address: string,
  { dark = false, narrow = false }: Looks = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: narrow ? { width: 390, height: 844 } : { width: 1280, height: 860 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    // axe is put into the page by the test, which its policy would refuse; what the policy refuses of the page itself is seen by `wrong`.
    bypassCSP: false,
  });
  const page = await context.newPage();
  // A page that crashed answers nothing any more.
  page.on('crash', () => void browser.close());
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !/status of (401|404|409|422)/.test(text)) wrong.push(`console: ${text}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) wrong.push(`asked elsewhere: ${url}`);
  });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(address);
  await page.locator('h1').first().waitFor();
  return { page, context, wrong };
}

/** Leads to a place of the console, and waits until it shows what it loads. */
export async function lead(page: Page, address: string, place: string): Promise<void> {
  await page.goto(`${address}#/${place}`);
  await loaded(page);
}

/** Waits until a page shows what it loads. */
export async function loaded(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await eventually('nothing is being loaded', async () => (await page.locator('.ghost').count()) === 0, {
    timeoutMs: WAIT_MS,
  });
}

/** What axe finds that is serious, as sentences. */
export async function seriousIn(page: Page): Promise<string[]> {
  return (await page
    .evaluate(
      `(() => { const module = undefined; ${AXE}; return window.axe.run(document, { resultTypes: ['violations'] }); })()`,
    )
    .then((found) =>
      (found as { violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[] }).violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(
          ({ id, help, nodes }) =>
            `${id}: ${help}: ${nodes
              .slice(0, 3)
              .map(({ html }) => html.slice(0, 160))
              .join(' | ')}`,
        ),
    )) as string[];
}

/** The text of a page as a person reads it. */
export async function textOf(page: Page, selector = 'main'): Promise<string> {
  return (await page.locator(selector).first().allInnerTexts()).join(' ').replace(/\s+/g, ' ');
}
