import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Watchfire } from '../../src/engine.ts';
import type { AutomationDocument } from '../../src/index.ts';
import { schemas } from '../../src/model/json-schema.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { World } from '../support/world.ts';
import { type Ran, run, runIn } from './run.ts';

const failures = {
  id: 'F',
  name: 'failures',
  trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: '10m', for_each: ['id'] },
  actions: [{ type: 'queue', queue: 'mail' }, { type: 'page' }],
};
const silence = {
  id: 'S',
  name: 'silence',
  enabled: false,
  trigger: { posture: 'Proactive', expect: ['beat'], within: 30 },
};

/** A namespace with these automations, and its command line. */
async function shop(
  ...documents: object[]
): Promise<{ watchfire: Watchfire; cli: (...argv: string[]) => Promise<Ran> }> {
  const namespace = freshNamespace({ permanent: ['*'] });
  const watchfire = new Watchfire({ redis: testClient(), namespace });
  for (const document of documents) await watchfire.put(document as AutomationDocument);
  const cli = runIn(namespace);
  return { watchfire, cli: (...argv) => cli(argv) };
}

test('list shows name, id, whether enabled, actions and trigger in words', async () => {
  const { cli } = await shop(silence, failures);
  expect(await cli('list')).toEqual({
    status: 0,
    out: [
      'NAME      ID  ENABLED  ACTIONS           TRIGGER',
      'failures  F   yes      queue mail, page  5 × order.failed within 10m for each id',
      'silence   S   no       -                 no beat within 30s',
    ],
    err: [],
  });
});

test('list for programs prints the documents, and apply takes them', async () => {
  const { cli, watchfire } = await shop(silence, failures);
  const { out } = await cli('list', '-o', 'json');
  expect(JSON.parse(out.join('\n'))).toEqual([failures, silence]);
  const applied = await run(['--namespace', watchfire.settings.namespace, 'apply', '-'], { stdin: out.join('\n') });
  expect(applied).toMatchObject({ status: 0, out: ['unchanged  failures (F)', 'unchanged  silence (S)'] });
});

test('list of nothing says how to add some, and is an empty list for programs', async () => {
  const { cli } = await shop();
  expect(await cli('list')).toMatchObject({ status: 0, out: [], err: [expect.stringContaining('watchfire apply')] });
  expect((await cli('list', '-o', 'json')).out).toEqual(['[]']);
});

test('list lets no name reach the terminal as a control sequence', async () => {
  const { cli } = await shop({ ...silence, name: 'x\u001b[31m\ny' });
  const { out } = await cli('list');
  expect(out).toHaveLength(2);
  expect(out[1]).toMatch(/^x\\u001b\[31m\\u000ay {2}S/);
});

test('get prints the document as it was put, by name or id, as YAML or JSON', async () => {
  const { cli } = await shop(failures, silence);
  const byName = await cli('get', 'failures');
  expect(byName.status).toBe(0);
  expect(byName.out[0]).toBe('id: F');
  expect(parse(byName.out.join('\n'))).toEqual(failures);
  expect(JSON.parse((await cli('get', 'S', '-o', 'json')).out.join('\n'))).toEqual(silence);
});

test('what get prints changes nothing when it is applied', async () => {
  const document = {
    ...failures,
    description: 'yes: # no\n  "x"\t\u0007',
    tags: ['12:30', 'null', ' ', '- a', '0x1f'],
  };
  const { cli, watchfire } = await shop(document);
  const { out } = await cli('get', 'F');
  const applied = await run(['--namespace', watchfire.settings.namespace, 'apply', '-'], { stdin: out.join('\n') });
  expect(applied).toMatchObject({ status: 0, out: ['unchanged  failures (F)'] });
});

test('on a terminal, and with --state, get says how it is as well, and can be applied all the same', async () => {
  const world = await World.claimed();
  const document = {
    ...failures,
    trigger: { posture: 'Reactive', expect: ['x'], threshold: 2, within: '10m', for_each: ['id'] },
  };
  await world.put(document);
  const cli = runIn(world.namespace);
  expect((await cli(['get', 'F', '--state'])).out.slice(-3)).toEqual([
    '# enabled: 2 × x within 10m for each id',
    '# open windows: 0',
    '# last firing: none found',
  ]);
  for (const id of ['r1', 'r1', 'r2', 'r3', 'r4']) await world.at(0).meet('x', { resource: id });
  const { out } = await cli(['get', 'failures'], { columns: 80 });
  const [firing] = await world.firings();
  const comments = out
    .filter((line) => line.startsWith('#'))
    .join(' ')
    .replace(/\n?# /g, '');
  expect(comments).toContain('open windows: 4, the soonest');
  expect(comments).toMatch(/ id=r2 {2}1\/2 {2}over/);
  expect(comments).toContain('last firing: 2026-03-02 09:00:00Z  Triggered  id=r1');
  expect(comments).toContain(firing?.id);
  expect(await cli(['apply', '-'], { stdin: out.join('\n') })).toMatchObject({ out: ['unchanged  failures (F)'] });
  const { out: json } = await cli(['get', 'F', '--state', '-o', 'json']);
  expect(JSON.parse(json.join('\n'))).toMatchObject({
    automation: document,
    enabled: true,
    open_windows: 4,
    last_firing: { id: firing?.id },
  });
  expect((await cli(['get', 'F', '--no-state'], { columns: 80 })).out).toEqual((await cli(['get', 'F'])).out);
});

test('enable, disable and delete take several names or ids', async () => {
  const { cli, watchfire } = await shop(failures, silence);
  const disabled = await cli('disable', 'failures', 'S');
  expect(disabled.out).toEqual(['disabled failures (F)', 'disabled already: silence (S)']);
  expect((await watchfire.list()).map(({ enabled }) => enabled)).toEqual([false, false]);
  expect(await cli('enable', 'F', 'failures')).toEqual({ status: 0, out: ['enabled failures (F)'], err: [] });
  expect(await cli('enable', 'F')).toEqual({ status: 0, out: ['enabled already: failures (F)'], err: [] });
  expect((await watchfire.get('F')).enabled).toBe(true);
  expect((await cli('delete', 'silence')).out).toEqual(['deleted silence (S)']);
  expect((await watchfire.list()).map(({ id }) => id)).toEqual(['F']);
});

test('shadow and promote switch the mode, list and get show it, and apply leaves it as it is', async () => {
  const { cli, watchfire } = await shop(failures, silence);
  expect((await cli('shadow', 'failures')).out).toEqual(['in shadow now: failures (F)']);
  expect((await cli('shadow', 'F')).out).toEqual(['in shadow already: failures (F)']);
  expect((await cli('list')).out.join('\n')).toMatch(/failures +F +shadow /);
  expect((await cli('get', 'F', '--state')).out).toContainEqual(expect.stringContaining('in shadow, without jobs'));
  await watchfire.put(failures as never);
  expect((await watchfire.get('F')).mode).toBe('shadow');
  expect((await cli('promote', 'F')).out).toEqual(['live now: failures (F)']);
  expect((await watchfire.get('F')).mode).toBe('live');
});

test.each(['get', 'enable', 'disable', 'shadow', 'promote', 'delete'])(
  '%s of an automation that is not there changes none',
  async (verb) => {
    const { cli, watchfire } = await shop(failures);
    const names = verb === 'get' ? ['nobody'] : ['F', 'nobody'];
    expect(await cli(verb, ...names)).toEqual({
      status: 1,
      out: [],
      err: ['watchfire: there is no automation "nobody"'],
    });
    expect((await watchfire.list()).map(({ document }) => document)).toEqual([failures]);
  },
);

test.each(['get', 'enable', 'disable', 'delete'])('%s of a name that several have lists their ids', async (verb) => {
  const { cli } = await shop(failures, { ...silence, name: 'failures' });
  const err = ['watchfire: 2 automations are named "failures"; use an id: F, S'];
  expect(await cli(verb, 'failures')).toEqual({ status: 1, out: [], err });
  expect((await cli(verb, 'S')).status).toBe(0);
});

test('an id wins over a name', async () => {
  const { cli } = await shop(failures, { ...silence, name: 'F' });
  expect((await cli('disable', 'F')).out).toEqual(['disabled failures (F)']);
});

test('schema prints one JSON Schema, or all', async () => {
  const all = schemas();
  const printed = async (...argv: string[]): Promise<unknown> =>
    JSON.parse((await run(['schema', ...argv])).out.join('\n'));
  expect(await printed()).toEqual(all);
  for (const [name, schema] of Object.entries(all)) expect(await printed(name)).toEqual(schema);
  expect(await run(['schema', 'nothing'])).toMatchObject({
    status: 2,
    out: [],
    err: [expect.stringContaining('nothing')],
  });
});
