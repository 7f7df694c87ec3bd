import { expect, test } from 'vitest';
import { questionPage } from '../../../src/reactions/link-page.ts';

test('a label that is called as another row hides nothing', () => {
  const labels = { Automation: 'another one', Since: 'yesterday' };
  const shown = questionPage('ack', { name: 'Host down', labels, since: 0 });
  const rows = [...shown.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, term, value]) => [term, value]);
  expect(rows).toEqual([
    ['Automation', 'Host down'],
    ['Automation', 'another one'],
    ['Since', 'yesterday'],
    ['Since', '1970-01-01T00:00:00.000Z'],
  ]);
});
