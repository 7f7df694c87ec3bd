import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Shop } from '../support/shop.ts';
import { runIn } from './run.ts';

test('sources are checked, shown, paused and sought by their names', async () => {
  const shop = new Shop();
  const id = await shop.add('paid');
  await shop.redis.xadd(shop.stream, '*', 'status', 'paid');
  const dir = mkdtempSync(path.join(tmpdir(), 'watchfire-sources-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, 'sources.yaml');
  writeFileSync(file, JSON.stringify({ sources: [{ ...shop.spec, redis: inject('adminUrl') }] }));
  const cli = runIn(shop.watchfire.settings.namespace);
  const checked = await cli(['sources', 'check', '--sources', file]);
  expect(checked.out.join('\n')).toContain(`  ${id}  {"payload":{"status":"paid","customer":"7"},"event":"order.paid"`);
  expect(checked.out.join('\n')).toContain('DEAD LETTER  resource.id: entry.customer has no value');
  expect(checked.status).toBe(1);
  await shop.bringIn();
  expect((await cli(['sources', 'pause', 'shop'])).out).toEqual(['shop paused']);
  expect((await cli(['sources', 'ls'])).out[1]).toMatch(/^shop +stream +paused for .* 1 +1 +0$/);
  expect((await cli(['sources', 'resume', 'shop'])).out).toEqual(['shop resumed']);
  expect((await cli(['sources', 'seek', 'shop', 'start', '--yes'])).out).toEqual(['shop goes on behind start']);
  expect(JSON.parse((await cli(['sources', 'ls', '-o', 'json'])).out.join(''))).toMatchObject([
    { name: 'shop', place: '0-0', events: 1, letters: 1, paused: null },
  ]);
  expect((await cli(['sources', 'show', 'other'])).err).toEqual(['watchfire: there is no source other']);
  expect((await cli(['sources', 'seek', 'shop'])).status).toBe(2);
});
