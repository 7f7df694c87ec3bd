import { expect, inject, test } from 'vitest';
import { startHttpIn } from '../../src/cli/http-in.ts';
import { fileOf } from '../reactions/shop.ts';
import { engine } from '../support/engine.ts';
import { Shop } from '../support/shop.ts';
import { runIn } from './run.ts';

test('sources are checked, shown, paused and sought by their names', async () => {
  const shop = new Shop();
  const id = await shop.add('paid');
  await shop.redis.xadd(shop.stream, '*', 'status', 'paid');
  const file = fileOf(JSON.stringify({ sources: [{ ...shop.spec, redis: inject('adminUrl') }] }));
  const cli = runIn(shop.watchfire.settings.namespace);
  const checked = await cli(['sources', 'check', '--sources', file]);
  expect(checked.out.join('\n')).toContain(`  ${id}  {"payload":{"status":"paid","customer":"7"},"event":"order.paid"`);
  expect(checked.out.join('\n')).toContain('DEAD LETTER  resource.id: entry.customer has no value');
  expect(checked.status).toBe(1);
  await shop.bringIn();
  expect((await cli(['dlq', 'ls'])).out[1]).toMatch(/Z +source shop +1 +resource\.id: /);
  expect((await cli(['sources', 'pause', 'shop', '--reason', 'a new map'])).out).toEqual(['shop paused']);
  await cli(['sources', 'pause', 'shop']);
  expect((await cli(['sources', 'ls'])).out[1]).toMatch(/^shop +stream +paused for .* 1 +1 +0$/);
  expect((await cli(['sources', 'resume', 'shop'])).out).toEqual(['shop resumed']);
  expect((await cli(['sources', 'seek', 'shop', 'start', '--yes'])).out).toEqual(['shop goes on behind start']);
  expect(JSON.parse((await cli(['sources', 'ls', '-o', 'json'])).out.join(''))).toMatchObject([
    { name: 'shop', place: '0-0', events: 1, letters: 1, paused: null },
  ]);
  expect((await cli(['sources', 'show', 'other'])).err).toEqual(['watchfire: there is no source other']);
  expect((await cli(['sources', 'seek', 'shop'])).status).toBe(2);
  expect((await cli(['sources', 'seek', 'shop', 'yesterday', '--yes'])).err).toEqual([
    'watchfire: place: must be start, or the id of an entry such as 1700000000000-0 (found "yesterday")',
  ]);
  await cli(['sources', 'forget', 'shop', '--yes', '--reason', 'gone']);
  const acts = await shop.watchfire.acts();
  expect(acts.map(({ what, subject, reason }) => [what, subject, reason])).toEqual([
    ['pause source', 'shop', 'a new map'],
    ['resume source', 'shop', ''],
    ['seek source', 'shop start', ''],
    ['forget source', 'shop', 'gone'],
  ]);
});

test('sources that are sent events are named where they are checked, and where nothing listens for them', async () => {
  const watchfire = engine();
  const sources = fileOf(JSON.stringify({ sources: [{ name: 'doors', type: 'webhook', token: 'x'.repeat(32) }] }));
  const checked = await runIn(watchfire.settings.namespace)(['sources', 'check', '--sources', sources]);
  expect(checked.err).toEqual(['not checked, since they are sent events by HTTP: doors at /in/doors']);
  expect(checked.status).toBe(0);
  const told: unknown[] = [];
  const logger = { warn: (fields: object) => void told.push(fields) };
  expect(await startHttpIn(watchfire, { sources }, { env: {} }, logger)).toBeNull();
  expect(told).toEqual([{ found: 'doors at /in/doors' }]);
});
