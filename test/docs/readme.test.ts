import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { storeOf } from '../../src/redis/store.ts';
import { run, runIn } from '../cli/run.ts';
import { root } from '../house/tree.ts';
import { fileOf } from '../reactions/shop.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { receiver } from '../support/receiver.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';

/* README's first example, as it is printed there: from five failed payments to Slack, and back. */

const README = readFileSync(path.join(root, 'README.md'), 'utf8');

/** The blocks of code of one language, in their order. */
const blocksOf = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

const [automation = '', targets = ''] = blocksOf('yaml');
const [told = ''] = blocksOf('text');
const [, start = ''] = /^\$ SLACK_URL=\S+ npm (start) -- (?:.*)$/m.exec(README) ?? [];
const startArgs = (/^\$ SLACK_URL=\S+ npm start -- (.*)$/m.exec(README)?.[1] ?? '').split(' ');
const sends = [...README.matchAll(/^npm run -s watchfire -- (send payment\..*)$/gm)].map(([, line = '']) =>
  line.split(' '),
);
const fileAt = (name: string): unknown => parse(readFileSync(path.join(root, name), 'utf8'));

test('it has ten lines, and is the example that stands beside the others', () => {
  expect(automation.trimEnd().split('\n')).toHaveLength(10);
  const { id, ...example } = fileAt('examples/automations/failing-payments.yaml') as { id: string };
  expect(id).toBe('failing-payments');
  expect(parse(automation)).toEqual(example);
  expect(parse(targets)).toEqual(fileAt('examples/targets.yaml'));
});

test('it tells Slack what is printed there, once when it fires and once when it is over', async () => {
  const { url, received } = await receiver();
  vi.stubEnv('SLACK_URL', `${url}/services/T/B/X`);
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const cli = runIn(namespace);
  const stopping = new AbortController();
  const shown: string[] = [];
  const running = run(['--namespace', namespace, start, ...startArgs], {
    signal: stopping.signal,
    onOut: (line) => shown.push(line),
    env: { SLACK_URL: `${url}/services/T/B/X` },
  });
  try {
    await eventually('it is ready', () => shown.some((line) => line.includes('redis-cli -')));
    const { out, err } = await cli(['apply', fileOf(automation, 'readme.yaml')]);
    expect([out, err]).toEqual([['unchanged  Five failed payments in ten minutes (failing-payments)'], []]);
    const [failed = [], succeeded = []] = sends;
    for (let i = 1; i <= 4; i += 1) await cli(failed);
    await eventually('four are counted', () => shown.filter((line) => line.includes('counted')).length === 4);
    expect(received).toEqual([]);
    await cli(failed);
    await eventually('Slack knows', () => received.length === 1);
    await cli(succeeded);
    await eventually('Slack knows that it is over', () => received.length === 2);
  } finally {
    stopping.abort();
    await running;
    vi.unstubAllEnvs();
  }
  expect(received.map(({ path: at }) => at)).toEqual(['/services/T/B/X', '/services/T/B/X']);
  const texts = received.map(({ body }) => (JSON.parse(body) as { text: string }).text);
  expect(texts.join('\n\n')).toBe(told.trimEnd());
});

/** The commands of the tour, each with the lines that are printed below it. */
const tour = [
  ...(/^## A tour with redis-cli$([\s\S]*?)^## /m.exec(README)?.[1] ?? '').matchAll(/^> (.*)\n((?!>|```).*\n)*/gm),
].map(([all, command = '']) => ({ command, printed: all.split('\n').slice(1, -1) }));

/** What differs from run to run: ids and times. */
const masked = (text: string): string => text.replace(/\d{13}(?:-\d+)?/g, '…');

/** An answer as redis-cli prints it: a list, scores beside their members, fields beside their values. */
function printedOf(answer: unknown): string[] {
  if (typeof answer === 'string') return [masked(`"${answer}"`)];
  const values = Array.isArray(answer) ? answer.flat() : Object.entries(answer as object).flat();
  return values.map((value, i) => masked(`${i + 1}) "${String(value)}"`));
}

test('its tour shows what redis-cli does, behind five failed orders', async () => {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const stopping = new AbortController();
  const shown: string[] = [];
  const running = run(['--namespace', namespace, 'start'], {
    signal: stopping.signal,
    onOut: (line) => shown.push(line),
  });
  const redis = testClient();
  const { position, events } = storeOf(namespace).keys;
  const applied = async (id: unknown): Promise<void> => {
    await eventually('it took effect', async () => (await redis.get(position)) === id);
  };
  try {
    await eventually('it is ready', () => shown.some((line) => line.includes('redis-cli -')));
    for (let i = 0; i < 5; i += 1) await redis.xadd(events, '*', 'event', 'order.failed', 'resource.id', 'customer.7');
    for (const { command, printed } of tour) {
      const [name = '', ...args] = command.replaceAll('{wf}', `{${namespace}}`).split(' ');
      const answer = await redis.call(name, ...args);
      if (name === 'XADD') await applied(answer);
      if (name.startsWith('X') && name !== 'XADD') expect(answer, command).toHaveLength(1);
      else expect(printedOf(answer), command).toEqual(printed.map(masked));
    }
    expect(tour.length).toBeGreaterThan(6);
  } finally {
    stopping.abort();
    await running;
  }
});
