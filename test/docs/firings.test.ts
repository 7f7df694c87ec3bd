import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import type { AutomationDocument, EventInput } from '../../src/index.ts';
import { parseTestFile } from '../../src/model/test-file.ts';
import { type TestEngine, type TestServer, testServer } from '../../src/testing.ts';
import { root } from '../house/tree.ts';
import { blocksOf } from './page-blocks.ts';
import { automationIn, documentsOf, samples } from './samples.ts';

/*
 * Each automation that a page shows, and each example, fires. Those of files that have tests do so there: test/cli/test-examples.test.ts
 * runs them. For the others firings.yaml has what makes them fire.
 */

type Step = readonly [
  at: Parameters<TestEngine['at']>[0],
  event?: string,
  resource?: string | EventInput['resource'],
  more?: Pick<EventInput, 'related' | 'payload'>,
];

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const scenarios = parse(read('test/docs/firings.yaml')) as Readonly<Record<string, Readonly<Record<string, Step[]>>>>;

/** An automation, those that are shown beside it, and by what its scenario is found. */
type Shown = Readonly<{
  place: string;
  page: string;
  name: string;
  document: AutomationDocument;
  beside: readonly AutomationDocument[];
}>;

/** Whether two documents are the same but for their ids, which pages may leave out. */
const textOf = (document: AutomationDocument): string => JSON.stringify({ ...document, id: undefined });

const EXAMPLES = ['automations', 'bullmq', 'coming-from', 'github/automations', 'how-to', 'patterns'];

const examples = EXAMPLES.flatMap((folder) =>
  readdirSync(path.join(root, 'examples', folder)).map((file) => {
    const document = parse(read(`examples/${folder}/${file}`)) as AutomationDocument & { id: string };
    return { folder, file, document, tests: `examples/tests/${file}` };
  }),
);
const tested = examples.filter(({ tests }) => existsSync(path.join(root, tests)));

const shown: readonly Shown[] = [
  ...samples.flatMap((sample) => {
    const documents = documentsOf(sample).flatMap((document) => automationIn(document) ?? []);
    return documents.map((document) => shownAt(sample, document, documents));
  }),
  ...blocksOf('docs/coming-from-prefect.md')
    .filter(({ kind }) => kind === 'json automation')
    .map((block) => shownAt({ ...block, place: `${block.page}:${block.line}` }, JSON.parse(block.text), [])),
  ...examples
    .filter((example) => !tested.includes(example))
    .map(({ folder, file, document }) =>
      shownAt({ page: `examples/${folder}`, place: `examples/${folder}/${file}`, heading: file }, document, []),
    ),
];
const untested = shown.filter(
  ({ document }) => !tested.some((example) => textOf(example.document) === textOf(document)),
);

function shownAt(
  { page, place, heading }: Readonly<{ page: string; place: string; heading: string }>,
  document: AutomationDocument,
  all: readonly AutomationDocument[],
): Shown {
  const name = document.name === 'a' && heading !== 'Loops' ? heading : document.name;
  return { page, place, name, document, beside: all.filter(({ id }) => id !== document.id) };
}

let server: TestServer;

beforeAll(async () => {
  server = await testServer({ redis: inject('adminUrl') });
});

afterAll(() => server.close());

describe('an automation fires', () => {
  test.each(untested)('$name, at $place', async ({ page, name, document, beside }) => {
    const steps = scenarios[page]?.[name];
    if (steps === undefined) throw new Error(`nothing makes it fire: write what does into test/docs/firings.yaml`);
    await using engine = await server.engine({ automations: [...beside, document] });
    const fired = (): number =>
      engine.firings.filter(({ automation, state }) => automation === document.id && state === 'Triggered').length;
    for (const [i, [at, event, resource, more]] of steps.entries()) {
      expect(fired(), `before step ${i + 1}`).toBe(0);
      await engine.at(at);
      if (event === undefined) continue;
      await engine.send({ event, resource: typeof resource === 'object' ? resource : { id: resource ?? '' }, ...more });
    }
    // Two that hear each other fire again.
    expect(fired()).toBeGreaterThan(0);
  });

  test.each(tested)('examples/$folder/$file, by its tests', ({ document, tests }) => {
    const expected = parseTestFile(parse(read(tests)))
      .tests.flatMap(({ steps }) => steps)
      .flatMap((step) => step.expect);
    const fires = expected.filter(({ automation, state }) => automation === document.id && state === 'triggered');
    expect(fires.length).toBeGreaterThan(0);
  });
});

test('each scenario is that of an automation', () => {
  const written = Object.entries(scenarios).flatMap(([page, all]) =>
    Object.keys(all).map((name) => `${page}: ${name}`),
  );
  expect(written.filter((one) => !untested.some(({ page, name }) => one === `${page}: ${name}`))).toEqual([]);
  expect(shown.length).toBeGreaterThan(75);
  expect(tested.length).toBeGreaterThan(35);
});
