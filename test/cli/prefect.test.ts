import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Job, Queue } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TriggeredAction } from '../../src/documents/got.ts';
import { Watchfire } from '../../src/engine.ts';
import { announce } from '../../src/redis/steps/announce.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { runIn } from './run.ts';

/**
 * What a real Prefect 3.9 printed for the automations of `test/rigs/prefect/automations.yaml`, and forms of Prefect Cloud from its
 * documentation. `npm run proof -- prefect` says whether Prefect still prints the same.
 */
const FIXTURES = path.join(import.meta.dirname, 'fixtures', 'prefect');
const at = (name: string): string => path.join(FIXTURES, name);

function shop() {
  const namespace = freshNamespace({ permanent: ['*'] });
  return { watchfire: new Watchfire({ redis: testClient(), namespace }), cli: runIn(namespace) };
}

/** What becomes of each automation; below it stands what its actions do. */
const changesIn = (out: readonly string[]): string[] => out.flatMap((line) => /^\w+/.exec(line) ?? []);

describe('what "prefect api POST /automations/filter" prints', () => {
  test('loads, and again changes nothing', async () => {
    const { cli, watchfire } = shop();
    const first = await cli(['apply', at('automations.json')]);
    expect([first.status, changesIn(first.out)]).toEqual([0, new Array(20).fill('created')]);
    const exported: { id: string }[] = JSON.parse(await readFile(at('automations.json'), 'utf8'));
    expect((await watchfire.list()).map(({ id }) => id).sort()).toEqual(exported.map(({ id }) => id).sort());
    const again = await cli(['apply', at('automations.json')]);
    expect([again.status, changesIn(again.out)]).toEqual([0, new Array(20).fill('unchanged')]);
  });

  test('is listed with what each action does here, and once a program announces a type, with that', async () => {
    const { cli, watchfire } = shop();
    const { out } = await cli(['apply', at('automations.json'), '--dry-run']);
    const does = out.filter((line) => line.startsWith('  ')).map((line) => line.trim().replace(/^\S+ {2}/, ''));
    const actions = out.join('\n').match(/^ {2}actions/gm) ?? [];
    expect(actions.length).toBe(does.length);
    const job = (type: string): string => `${type}: a job in the queue "actions", for a handler of yours`;
    expect([...new Set(does)].sort()).toEqual(
      [
        'send-notification: a message to the target of the block 0b8f1c9a-1f55-4a63-b0d0-6a9d8b1f4e21',
        'call-webhook: a request to the target of the block 7f3a0a52-8a6e-4c15-a2d1-43f0f4a0a9bb',
        'pause-automation: pauses the automation that the event is about',
        'resume-automation: resumes the automation 91a3ab3f-0c48-44f2-9f2a-55b1a9d8a111',
        ...['run', 'pause', 'resume'].map((verb) => job(`${verb}-deployment`)),
        ...['cancel', 'suspend', 'resume', 'delete'].map((verb) => job(`${verb}-flow-run`)),
        ...['pause', 'resume'].flatMap((verb) => [job(`${verb}-work-pool`), job(`${verb}-work-queue`)]),
        job('change-flow-run-state'),
        job('do-nothing'),
      ].sort(),
    );
    const { redis } = watchfire.connections;
    await announce(redis, watchfire.store, 'run-deployment', {});
    const later = await cli(['apply', at('automations.json')]);
    const runs = later.out.filter((line) => line.includes('run-deployment: '));
    expect(runs.map((line) => line.split(': ')[1])).toEqual(
      new Array(4).fill('carried out by a program that announced it'),
    );
    const again = await cli(['apply', at('automations.json')]);
    expect(again.out).toHaveLength(20);
  });

  test('loads too where it is one alone, by GET', async () => {
    const { status, out } = await shop().cli(['apply', at('one.json')]);
    expect([status, out[0], changesIn(out)]).toEqual([
      0,
      expect.stringMatching(/^created {4}A flow run failed \(/),
      ['created'],
    ]);
  });

  test('is warned of by the names of the automations, and once of the worker that all of them need', async () => {
    const { cli } = shop();
    const { err } = await cli(['apply', at('automations.json'), '--dry-run']);
    const file = at('automations.json');
    expect(err).toEqual([
      expect.stringMatching(/^warning: 2 automations have the name "The same name", verbs ask for the id: /),
      expect.stringContaining(
        `${file}:1 ("A flow run failed"): actions[0].subject: there is no flow_run: templates know`,
      ),
      expect.stringContaining(`${file}:1 ("A flow run failed"): actions[0].body: undefined filter: ui_url (line 1, `),
      `warning: ${file}:1 ("A flow run failed"): actions[0].type: no worker takes jobs from the queue "deliveries" now; ` +
        'start "watchfire actions", or a worker with --actions (4 automations need it)',
      `warning: ${file}:1 ("A sequence in a compound in a sequence"): actions[0].type: no worker takes jobs from the ` +
        'queue "actions" now; start a BullMQ worker for it, with the prefix of this namespace (17 automations need it)',
      expect.stringContaining(
        `("Five failed or crashed runs of one flow"): actions[1].body: there is no flow: templates`,
      ),
      expect.stringContaining(`${file}:1 ("Order, payment, parcel"): trigger.for_each: is missing`),
      expect.stringContaining(`${file}:1 ("When another automation fired"): trigger.expect[0]: "prefect.automation`),
      expect.stringContaining(`${file}:1 ("When another automation fired"): trigger.match.prefect.resource.id: `),
      'dry run: nothing was changed',
    ]);
  });

  test('has the doctor say once that its jobs need a worker', async () => {
    const { cli } = shop();
    await cli(['apply', at('automations.json')]);
    const { checks }: { checks: { name: string; found: string }[] } = JSON.parse(
      (await cli(['doctor', '-o', 'json'])).out.join(''),
    );
    const need = checks.filter(({ found }) => found.includes('no worker takes jobs from the queue "actions"'));
    expect(need).toMatchObject([
      { name: 'automations', advice: expect.stringMatching(/ \(16 automations need it\)$/) },
    ]);
  });
});

test('what an exported action waits for is what its job waits for', async () => {
  const { cli, watchfire } = shop();
  await cli(['apply', at('automations.json')]);
  onTestFinished(() => watchfire.close());
  await watchfire.startWorker();
  const queue = new Queue('actions', { connection: testClient(), prefix: watchfire.queuePrefix });
  onTestFinished(() => queue.close());
  await watchfire.emit({ event: 'file.uploaded', resource: { 'prefect.resource.id': 's3.bucket.1' } });
  const jobs = await eventually('both jobs are there', async () => {
    const found: Job<TriggeredAction>[] = await queue.getJobs(['delayed', 'waiting']);
    return found.length === 2 ? found : null;
  });
  const waits = jobs.map(({ name, data, opts }) => [name, data.automation.name, data.action_index, opts.delay]);
  expect(waits.sort()).toEqual([
    ['run-deployment', 'Runs a deployment later', 0, 91_800_000],
    ['run-deployment', 'Runs a deployment later', 1, 250],
  ]);
});

describe('what "prefect automation inspect" prints', () => {
  test.each([
    ['as YAML', 'short.yaml', ['created    A flow run failed']],
    ['as JSON', 'twins.json', ['created    The same name', 'created    The same name']],
  ])('%s loads', async (_, file, lines) => {
    const { status, out } = await shop().cli(['apply', at(file)]);
    const named = out.filter((line) => /^\w/.test(line)).map((line) => line.replace(/ \(.*\)$/, ''));
    expect([status, named]).toEqual([0, lines]);
  });

  test.each([
    ['as JSON', 'long.json', /^\S+long\.json:4: document: a text is broken in two here: /],
    ['as YAML', 'long.yaml', /^\S+long\.yaml:\d: document: is not YAML: /],
  ])('%s is refused where it broke a line, with the export that breaks none', async (_, file, problem) => {
    const { cli, watchfire } = shop();
    const { status, err } = await cli(['apply', at(file)]);
    expect([status, err[0]]).toEqual([1, expect.stringMatching(problem)]);
    expect(err.slice(1)).toEqual(['watchfire: nothing was changed: 1 problem']);
    expect(err[0]).toContain('export with "prefect api POST /automations/filter"');
    expect(await watchfire.list()).toEqual([]);
  });
});

test('what "prefect api POST /events/filter" prints can be sent', async () => {
  const { status, out } = await shop().cli(['send', '--file', at('events.json')]);
  expect([status, out]).toEqual([0, [expect.stringMatching(/^sent 2 events .*, 0 rejected$/)]]);
});

describe('what Prefect Cloud writes', () => {
  test('loads, with its account and workspace, and with actions that nobody has heard of', async () => {
    const { cli, watchfire } = shop();
    const { status, out } = await cli(['apply', at('cloud.json')]);
    expect([status, changesIn(out)]).toEqual([0, ['created', 'created']]);
    const incident = (await watchfire.list()).find(({ name }) => name === 'Incident for a crashed run');
    expect(incident?.actions.map(({ type }) => type)).toEqual(['declare-incident', 'an-action-of-tomorrow']);
  });

  test('is refused where it measures, with how to say it by events', async () => {
    const { status, err } = await shop().cli(['apply', at('cloud-metric.json')]);
    const advice = 'metric triggers are not supported (found "metric"); count events instead: for lateness expect';
    expect([status, err]).toEqual([
      1,
      [
        expect.stringContaining(`cloud-metric.json:10: trigger.type: ${advice}`),
        expect.stringContaining(`cloud-metric.json:29: trigger.triggers[1].type: ${advice}`),
        'watchfire: nothing was changed: 2 problems',
      ],
    ]);
  });
});
