import { existsSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startConsole } from '../../src/cli/console.ts';
import { root } from '../house/tree.ts';
import { foundBrowser, launched } from '../rigs/console/browser.ts';
import { opened } from '../rigs/console/pages.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';

/** Why Overview cannot be opened here; null where it can. */
function hindrance(): string | null {
  if (foundBrowser() === null) return 'no Chromium is here (CHROMIUM names one)';
  const page = path.join(root, 'console/dist/index.html');
  return existsSync(page) ? null : 'the page is not built: npm run proof -- console builds it';
}

const missing = hindrance();

test.skipIf(missing !== null)(
  `Overview in a browser says what the engine says${missing === null ? '' : `; left out: ${missing}`}`,
  async () => {
    const watchfire = engine();
    await watchfire.put({
      id: 'third',
      name: 'Third',
      trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold: 3, within: '1h' },
    });
    await watchfire.startWorker();
    for (let i = 0; i < 4; i += 1) await watchfire.emit({ event: 'order.failed', resource: { id: 'customer.1' } });
    await watchfire.connections.redis.xadd(watchfire.store.keys.events, '*', 'event', 'x');
    await eventually('all of it is there', async () => {
      const { firings, dead, behind } = await watchfire.status();
      return firings === 1 && dead === 1 && behind === 0;
    });
    const settings = { allowChanges: false, token: null, tokenFile: null };
    const console = await startConsole(watchfire, '127.0.0.1:0', settings, pino({ level: 'silent' }));
    onTestFinished(console.stop);
    const browser = await launched(foundBrowser() ?? '');
    onTestFinished(() => browser.close());
    const { page, wrong } = await opened(browser, console.address);
    const tile = async (name: string): Promise<string> =>
      (await page.locator('.tile', { hasText: name }).locator('.value').allInnerTexts()).join();
    await eventually('its tiles are there', async () => (await tile('Dead letters')) !== '');
    const { due, dead, workers } = await watchfire.status();
    expect([await tile('Keys with state'), await tile('Dead letters')]).toEqual([`${due.windows}`, `${dead}`]);
    await page.locator('[data-id] a', { hasText: 'Third' }).waitFor();
    expect((await page.locator('main').allInnerTexts()).join()).toContain(workers[0]?.id);
    expect(wrong).toEqual([]);
  },
);
