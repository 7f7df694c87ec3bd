import path from 'node:path';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { runIn } from './run.ts';

const COLUMNS = 80;

/** With ids as long as Prefect's. */
const EXPORTED = path.join(import.meta.dirname, 'fixtures', 'prefect', 'automations.json');

/** With names in wide characters. */
const WIDE = JSON.stringify({
  id: '4b3f3c0e-6a0c-4f4e-9a3c-3d1f6b0a7c11',
  name: '注文が失敗したので担当者に電話をかける必要があります 💓',
  trigger: { expect: ['注文.失敗'], for_each: ['id', '地域'], threshold: 2, within: '10m' },
  actions: [{ type: 'queue', queue: '担当者に電話をかける', name: 'call' }],
});

const VERBS = [
  ...[
    ['list'],
    ['get', WIDE.slice(7, 43)],
    ['windows'],
    ['quotas'],
    ['firings'],
    ['dlq', 'ls'],
    ['status'],
    ['doctor'],
  ],
  ...[
    ['--help'],
    ['deliveries', '--help'],
    ['alerts', '--help'],
    ['apply', '--help'],
    ['tail', '--help'],
    ['firings', '--help'],
    ['automations'],
  ],
];

test('all that is shown fits a terminal of 80 columns, whatever the script', async () => {
  const namespace = freshNamespace({ permanent: ['*'] });
  const cli = runIn(namespace);
  const watchfire = new Watchfire({ redis: testClient(), namespace });
  await cli(['apply', EXPORTED]);
  await cli(['apply', '-'], { stdin: WIDE });
  await watchfire.startWorker();
  for (const id of ['お客様.一', 'お客様.二', 'お客様.二'])
    await watchfire.emit({ event: '注文.失敗', resource: { id, 地域: '東京都千代田区丸の内一丁目' } });
  const { events, dead } = watchfire.store.keys;
  await testClient().xadd(events, '*', 'event', '注文.失敗', 'resource.name', '名'.repeat(60));
  await eventually('the entry is dead', async () => (await testClient().xlen(dead)) === 1);
  await watchfire.close();
  for (const argv of VERBS) {
    const { out, err } = await cli(argv, { columns: COLUMNS });
    const shown = [...out, ...err.filter((line) => !line.startsWith('watchfire: '))];
    expect(shown.length, argv.join(' ')).toBeGreaterThan(1);
    expect(
      shown.filter((line) => stringWidth(line) > COLUMNS),
      argv.join(' '),
    ).toEqual([]);
  }
});
