import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, inject, test, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { privateRedis } from '../support/private-redis.ts';
import { run, start } from './run.ts';
import { expecting, folderWith, runTests } from './test-folder.ts';

describe('reports', () => {
  const text = `${expecting('[{ automation: payment-overdue, labels: { id: "<&>" } }]')}
  - name: 'well & "fine"'
    steps: [{ at: 1d }]
`;

  test('as JSON hold what was expected and what came', async () => {
    const { status, out } = await runTests(text, '--reporter', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      tests: 2,
      passed: 1,
      failed: 1,
      files: [
        {
          tests: [
            {
              name: 'a',
              line: 4,
              status: 'failed',
              failures: [
                {
                  step: 2,
                  at_ms: 900_000,
                  missing: [
                    {
                      expected: { automation: 'payment-overdue', labels: { id: '<&>' } },
                      nearest: { labels: { id: 'order.1' }, jobs: [{ queue: 'billing', name: 'remind' }] },
                      differences: [{ key: 'labels.id', expected: '"<&>"', got: '"order.1"' }],
                    },
                  ],
                  unexpected: [],
                },
              ],
            },
            { name: 'well & "fine"', status: 'passed', failures: [] },
          ],
        },
      ],
    });
  });

  test('as JUnit are XML, whatever a name holds', async () => {
    const { status, out } = await runTests(text, '--reporter', 'junit');
    const xml = out.join('\n');
    expect(status).toBe(1);
    expect(xml).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="watchfire test" tests="2" failures="1" /,
    );
    expect(xml).toMatch(/<testcase classname="[^"]*overdue\.test\.yaml" name="well &amp; &quot;fine&quot;" [^>]*\/>/);
    expect(xml).toMatch(/<failure message="step 2[^"<]*&lt;&amp;&gt;[^"<]*">[^<]*<\/failure>/);
  });

  test('are of the tests alone whose names hold a text', async () => {
    expect((await runTests(text, '-t', 'well')).out.at(-1)).toMatch('1 test in 1 file: 1 passed');
    expect(await runTests(text, '-t', 'nothing')).toMatchObject({
      status: 2,
      err: ['watchfire: test: there is no such test'],
    });
  });
});

describe('a file in error ends with 2, and says where and what', () => {
  const step = (line: string): string => `  - name: a\n    steps:\n      - ${line}\n`;

  test.each([
    [step('at: soon'), '5:13: tests[0].steps[0].at: must be a duration (found "soon")'],
    [step('sent: x'), '5:9: tests[0].steps[0].sent: unknown key (found "x")'],
    [step('send: { event: a, resource: { idd: x } }'), '5:37: tests[0].steps[0].send.resource.id: is required'],
    [step('send: [7]'), '5:16: tests[0].steps[0].send[0]: must be an event (found 7)'],
    [
      step('expect: [{ automation: overdue }]'),
      '5:32: tests[0].steps[0].expect[0].automation: is no automation of this test, which has payment-overdue (found "overdue")',
    ],
    [
      step('expect: [{ automation: payment-overdue, state: open }]'),
      '5:56: tests[0].steps[0].expect[0].state: must be "triggered" or "resolved" (found "open")',
    ],
    [step('put: nowhere.yaml'), '5:14: tests[0].steps[0].put: cannot read '],
    [
      step('at: 1m\n      - at: 30s'),
      '6:13: tests[0].steps[1].at: must not be before the step in front of it (found "30s")',
    ],
    ['  - steps: [{}]\n', '3:5: tests[0].name: is required'],
    ['  - { name: a, steps: [] }\n', 'tests[0].steps: must not be empty'],
    ['  - { name: a, steps: [{}], start: noon }\n', 'tests[0].start: must be a timestamp (found "noon")'],
    ['  - [\n', 'document: is not YAML'],
  ])('%s', async (text, error) => {
    const { status, out, err } = await runTests(text);
    expect([status, out]).toEqual([2, []]);
    expect(err[0]).toMatch(/^error: \S*overdue\.test\.yaml:\d+:\d+: /);
    expect(err[0]).toContain(error);
  });

  test('all files together, those of automations too', async () => {
    const folder = path.dirname(await folderWith(step('at: 1m')));
    await mkdir(path.join(folder, 'sub'));
    await writeFile(path.join(folder, 'sub/wrong.yaml'), 'name: a\ntrigger: { within: soon }\n');
    await writeFile(path.join(folder, 'a.yaml'), `automations: [sub/wrong.yaml]\ntests:\n${step('at: 1m')}`);
    await writeFile(path.join(folder, 'b.yaml'), `automations: []\ntests: 7\n`);
    const files = ['a', 'b'].map((name) => path.join(folder, `${name}.yaml`));
    const { status, err } = await run(['test', ...files, '--scratch', inject('adminUrl')]);
    expect(status).toBe(2);
    expect(err.filter((line) => line.startsWith('error: '))).toEqual([
      expect.stringMatching(/sub\/wrong\.yaml:2:20: trigger\.within: must be a duration/),
      expect.stringMatching(/b\.yaml:2:8: tests: must be a list of tests/),
    ]);
  });

  test('everything in one file at once: the name, the steps behind it, and the automations', async () => {
    const text = `
  - nme: a
    start: soon
    steps:
      - at: later
        expects: []
`;
    const file = await folderWith(text, '[overdue.yaml, { name: B, trigger: { within: long } }]');
    const { status, err } = await run(['test', file, '--scratch', inject('adminUrl')]);
    expect(status).toBe(2);
    const told = err
      .filter((line) => line.startsWith('error: '))
      .map((line) => line.split(':').slice(4, 5).join().trim());
    expect(told.sort()).toEqual([
      ...['tests[0].name', 'tests[0].nme', 'tests[0].start', 'tests[0].steps[0].at', 'tests[0].steps[0].expects'],
      'trigger.within',
    ]);
  });
});

test('an automation is found by an absolute path too', async () => {
  const text = expecting('[{ automation: payment-overdue }]');
  const folder = path.dirname(await folderWith(text));
  const file = await folderWith(text, JSON.stringify([path.join(folder, 'overdue.yaml')]));
  expect(await run(['test', file, '--scratch', inject('adminUrl')])).toMatchObject({ status: 0, err: [] });
});

describe('a server', () => {
  test('that is private is started where none is named, whatever REDIS_URL says', async () => {
    const file = await folderWith(expecting('[{ automation: payment-overdue }]'));
    const { status, err } = await run(['test', file], { env: { REDIS_URL: 'redis://127.0.0.1:1' } });
    expect([status, err]).toEqual([0, []]);
  });

  test('that cannot be started ends with 2, and says how to get one', async () => {
    const file = await folderWith(expecting('[]'));
    vi.stubEnv('PATH', '');
    const { status, out, err } = await run(['test', file]);
    expect([status, out]).toEqual([2, []]);
    expect(err).toEqual([expect.stringMatching(/no Redis server 7\.0 or newer was found\. Install .*--scratch URL/)]);
  });

  test('that is private goes, its folder too, when the run is killed with -9', async () => {
    const folder = path.dirname(await folderWith(''));
    const text = `automations:
  - { id: a, name: A, trigger: { posture: Proactive, expect: [beat], within: 1s, repeat: true } }
tests:
  - { name: long, steps: [{ at: 1000d, allow_other: true }] }
`;
    await writeFile(path.join(folder, 'long.yaml'), text);
    await writeFile(path.join(folder, 'short.yaml'), text.replace('1000d', '1s'));
    await mkdir(path.join(folder, 'run'));
    // Node keeps compiled code there too.
    const inside = async (): Promise<string[]> =>
      (await readdir(path.join(folder, 'run'))).filter((name) => name.startsWith('watchfire-'));
    const files = ['short.yaml', 'long.yaml'].map((name) => path.join(folder, name));
    const child = start(['test', ...files], { TMPDIR: path.join(folder, 'run') });
    let printed = '';
    child.stdout?.on('data', (chunk) => {
      printed += String(chunk);
    });
    await eventually('a test has run on the server', () => printed.includes('short.yaml'));
    expect(await inside()).toHaveLength(1);
    child.kill('SIGKILL');
    // The folder goes when the server has ended, and not before.
    await eventually('the folder is gone', async () => (await inside()).length === 0);
  });

  test('that is named but away ends with 2', async () => {
    const file = await folderWith(expecting('[]'));
    const { status, err } = await run(['test', file, '--scratch', 'redis://127.0.0.1:1']);
    expect([status, err]).toEqual([2, [expect.stringMatching(/cannot reach Redis at redis:\/\/127\.0\.0\.1:1/)]]);
  });

  test('that is named is left as it was', async () => {
    const { url, redis } = await privateRedis();
    await redis.set('mine', '1');
    const file = await folderWith(expecting('[]'));
    expect((await run(['test', file, '--scratch', url])).status).toBe(1);
    expect(await redis.keys('*')).toEqual(['mine']);
  });
});
