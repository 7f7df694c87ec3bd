import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { type Ran, runIn } from './run.ts';

type Shop = {
  watchfire: Watchfire;
  cli: (argv: readonly string[], stdin?: string) => Promise<Ran>;
  file: (name: string, text: string | Buffer) => Promise<string>;
};

async function shop(): Promise<Shop> {
  const namespace = freshNamespace({ permanent: ['*'] });
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const cli = runIn(namespace);
  return {
    watchfire: new Watchfire({ redis: testClient(), namespace }),
    cli: (argv, stdin = '') => cli(argv, { stdin }),
    file: async (name, text) => {
      await writeFile(path.join(dir, name), text);
      return path.join(dir, name);
    },
  };
}

const TWO = `automations:
  - id: A
    name: a
    trigger: { posture: Reactive, expect: [x] }
  - name: b
    trigger: { posture: Reactive, expect: [y] }
`;

test('automations of several files are created, then unchanged, then updated', async () => {
  const { cli, file, watchfire } = await shop();
  const files = [await file('a.yaml', TWO), await file('c.json', '{"name":"c","trigger":{"posture":"Reactive"}}')];
  const created = await cli(['apply', ...files]);
  expect(created.err).toEqual([]);
  expect(created.out).toEqual([
    'created    a (A)',
    expect.stringMatching(/^created {4}b \([0-9a-f-]{36}\)$/),
    expect.stringMatching(/^created {4}c \([0-9a-f-]{36}\)$/),
  ]);
  const before = await watchfire.list();
  const generation = await testClient().get(watchfire.store.keys.generation);

  const again = await cli(['apply', ...files]);
  expect(again.out).toEqual(before.map(({ name, id }) => `unchanged  ${name} (${id})`));
  expect(await testClient().get(watchfire.store.keys.generation)).toBe(generation);

  const [, b] = before;
  const updated = await cli(['apply', '-'], TWO.replace('[y]', '[z]'));
  expect(updated.out.slice(0, 2)).toEqual(['unchanged  a (A)', `updated    b (${b?.id}): trigger`]);
  expect((await watchfire.get('b')).document).toEqual({
    id: b?.id,
    name: 'b',
    trigger: { posture: 'Reactive', expect: ['z'] },
  });
});

test('a dry run tells what would change and changes nothing', async () => {
  const { cli, file, watchfire } = await shop();
  const one = await file('a.yaml', TWO);
  const { status, out, err } = await cli(['apply', one, '--dry-run']);
  expect({ status, out, err }).toEqual({
    status: 0,
    out: ['created    a (A)', 'created    b (new)'],
    err: ['dry run: nothing was changed'],
  });
  expect(await watchfire.list()).toEqual([]);
  await cli(['apply', one]);
  const json = await cli(
    ['apply', '-', '--dry-run', '--prune', '-o', 'json'],
    '{id: A, name: n, trigger: {posture: Reactive}}',
  );
  const drops = { windows: 0, alerts: 0, more: false };
  const difference = ['- name: a', '+ name: n', '  trigger:', '    posture: Reactive', '-   expect:', '-     - x'];
  expect(JSON.parse(json.out.join('\n'))).toEqual([
    { change: 'updated', id: 'A', name: 'n', keys: ['name', 'trigger'], difference, drops, warnings: [] },
    { change: 'deleted', id: expect.any(String), name: 'b', keys: [], difference: [], drops, warnings: [] },
  ]);
  expect((await watchfire.list()).map(({ name }) => name)).toEqual(['a', 'b']);
});

test('prune deletes what is in none of the files', async () => {
  const { cli, watchfire } = await shop();
  await cli(['apply', '-'], TWO);
  const { id } = await watchfire.get('b');
  const one = '{id: A, name: a, trigger: {posture: Reactive, expect: [x]}}';
  expect((await cli(['apply', '-', '--prune'], one)).out).toEqual(['unchanged  a (A)', `deleted    b (${id})`]);
  expect((await watchfire.list()).map(({ name }) => name)).toEqual(['a']);
  expect(await cli(['apply', '-', '--prune'], '# nothing')).toMatchObject({ status: 1, out: [] });
  expect(await watchfire.list()).toHaveLength(1);
  expect((await cli(['apply', '-', '--prune'], '[]')).out).toEqual(['deleted    a (A)']);
});

test('one wrong document in any file changes nothing, and all that is wrong is reported with file and line', async () => {
  const { cli, file, watchfire } = await shop();
  const good = await file('good.yaml', TWO);
  const bad = await file(
    'bad.yaml',
    'name: c\ntrigger:\n  posture: Reactive\n  treshold: 5\n  within: soon\n---\nname: a\ntrigger: 5\nactions: [{}]\n',
  );
  const broken = await file('broken.json', '{\n  "name": "d",\n  "name": "e"\n}\n');
  const { status, out, err } = await cli(['apply', good, bad, broken]);
  expect({ status, out }).toEqual({ status: 1, out: [] });
  expect(err).toEqual([
    expect.stringContaining(`${broken}:3: document: is not YAML: `),
    `${bad}:4: trigger.treshold: unknown key (found 5)`,
    `${bad}:5: trigger.within: must be a duration (found "soon")`,
    `${bad}:8: trigger: must be an object (found 5)`,
    `${bad}:9: actions[0].type: is required`,
    'watchfire: nothing was changed: 5 problems',
  ]);
  expect(await watchfire.list()).toEqual([]);
});

test('a name that several stored automations have is a problem with their ids', async () => {
  const { cli, watchfire } = await shop();
  for (const id of ['1', '2']) await watchfire.put({ id, name: 'a', trigger: { posture: 'Reactive' } });
  const { status, err } = await cli(['apply', '-'], 'name: a\ntrigger: {posture: Reactive}\n');
  expect({ status, err: err[0] }).toEqual({ status: 1, err: 'stdin:1: name: fits 2 automations, add an id: 1, 2' });
});

test('wrong files are told of without Redis', async () => {
  const { cli } = await shop();
  const { status, err } = await cli(['apply', '-', '--redis', 'redis://127.0.0.1:1'], 'name: a\n');
  expect({ status, err: err[0] }).toEqual({ status: 1, err: 'stdin:1: trigger: is required' });
});

test('a file in UTF-16, as Windows writes it, is read, and one in no encoding is refused', async () => {
  const { cli, file, watchfire } = await shop();
  const wide = await file('wide.yaml', Buffer.from('\ufeffname: é\ntrigger: {expect: [x]}\n', 'utf16le'));
  expect((await cli(['apply', wide])).out).toEqual([expect.stringMatching(/^created {4}é /)]);
  const latin = await file('latin.yaml', Buffer.from('name: \u00e9\n', 'latin1'));
  expect(await cli(['apply', latin])).toMatchObject({
    status: 2,
    err: [`watchfire: cannot read ${latin}: it is neither UTF-8 nor UTF-16 that says so at its beginning`],
  });
  expect(await watchfire.list()).toHaveLength(1);
});

test('a prefect.yaml is named as such, beside the problems of the other files', async () => {
  const { cli, file } = await shop();
  const prefect = await file('prefect.yaml', 'name: shop\ndeployments:\n  - name: d\n');
  const bad = await file('bad.yaml', 'name: a\ntrigger: {witin: 5}\n');
  const { status, err } = await cli(['apply', bad, prefect]);
  expect({ status, err }).toEqual({
    status: 1,
    err: [
      expect.stringContaining(`${prefect}:2: deployments: belongs to a prefect.yaml`),
      `${bad}:2: trigger.witin: unknown key (found 5)`,
      'watchfire: nothing was changed: 2 problems',
    ],
  });
});

test('a file that is not there is a misuse', async () => {
  const { cli } = await shop();
  expect(await cli(['apply', '/nowhere.yaml'])).toMatchObject({
    status: 2,
    err: [expect.stringMatching(/^watchfire: cannot read \/nowhere\.yaml: ENOENT/)],
  });
});

test('two automations of one name with ids of their own are put with a warning, and verbs then ask for the id', async () => {
  const { cli, file } = await shop();
  const twins = await file('twins.yaml', TWO.replace('- name: b', '- id: B\n    name: a'));
  const warning = 'warning: 2 automations have the name "a", verbs ask for the id: A, B';
  expect(await cli(['apply', twins])).toMatchObject({
    status: 0,
    out: ['created    a (A)', 'created    a (B)'],
    err: [warning],
  });
  expect(await cli(['disable', 'a'])).toMatchObject({ status: 1, out: [], err: [expect.stringContaining('A, B')] });
  expect(await cli(['disable', 'B'])).toMatchObject({ status: 0 });
});
