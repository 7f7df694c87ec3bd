import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { WAIT_MS } from './pages.ts';
import type { World } from './world.ts';

/** What a page of another origin tries, with the session of a person who has the console open. */
const tries = (base: string): string => `<!doctype html><title>evil</title>
<iframe src="${base}"></iframe><img src="${base}api/automations/payment-overdue/disable">
<form id="f" method="post" enctype="text/plain" action="${base}api/automations/payment-overdue/disable" target="t"><input name='{"a":"' value='"}'></form>
<iframe name="t"></iframe>
<script>
window.got = [];
const say = (what) => (answer) => window.got.push(what + ' ' + (answer && answer.type) + ' ' + (answer && answer.status));
const post = (more) => fetch('${base}api/automations/payment-overdue/disable', { method: 'POST', credentials: 'include', ...more });
Promise.allSettled([
  post({}).then(say('post')), post({ mode: 'no-cors' }).then(say('no-cors')),
  post({ headers: { 'content-type': 'application/json' }, body: '{}' }).then(say('json')),
  fetch('${base}api/automations', { credentials: 'include' }).then(async (a) => say('read')(a) || window.got.push(await a.text())),
]).then(() => { document.getElementById('f').submit(); window.tried = true; });
new EventSource('${base}api/live', { withCredentials: true }).onmessage = () => window.got.push('live');
</script>`;

/** @throws where a page of another origin got or did anything */
export async function tryForeignPage(context: BrowserContext, { console, watchfire }: World): Promise<void> {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(tries(console.address)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  try {
    // Another port is another origin, and yet the same site: the hardest case for cookies.
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.tried === true');
    await pause(500);
    const got = (await page.evaluate('window.got')) as string[];
    const seen = got.filter((one) => !/^(no-cors opaque 0)$/.test(one));
    if (seen.length > 0) throw new Error(`a page of another origin got ${seen.join('; ')}`);
    const shown = page
      .frames()
      .filter((frame) => frame.url().startsWith(console.address) && frame !== page.mainFrame());
    for (const frame of shown)
      if (await frame.locator('h1').count()) throw new Error('the console is shown in a frame');
    if (!(await watchfire.get('payment-overdue')).enabled)
      throw new Error('a page of another origin disabled an automation');
  } finally {
    await page.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** @throws where a text of an event became more than a text */
export async function refuseHarm(page: Page): Promise<void> {
  const harmed = await page.evaluate('window.harmed');
  if (harmed !== undefined) throw new Error(`a hostile text ran: ${String(harmed)}`);
  const elements = await page.locator('main img, main script').count();
  if (elements > 0) throw new Error('a hostile text became an element');
  if (
    /[\u202a-\u202e]/.test(await page.locator('body').evaluate((body) => (body as { textContent: string }).textContent))
  )
    throw new Error('a character that turns the direction is shown as it is');
}
