import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../../house/tree.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';

/** What a real Prefect answered, kept in the repository; `npm run proof -- prefect` says whether it still does. */
const ANSWERS = path.join(root, 'test/cli/fixtures/prefect');

/** A program `prefect` that answers as Prefect did, an engine whose examples are there, and a worker. */
async function besidePrefect(scene: Scene): Promise<void> {
  const { events } = JSON.parse(await readFile(path.join(ANSWERS, 'events.json'), 'utf8')) as { events: object[] };
  const failed = { ...events.at(-1), id: 'run-1', event: 'prefect.flow-run.Failed' };
  await scene.write('answered.json', JSON.stringify({ events: [...events, failed] }));
  const answers = [
    'case "$*" in',
    `"api POST /automations/filter") exec cat '${ANSWERS}/automations.json' ;;`,
    `"api POST /events/filter --data "*) exec cat answered.json ;;`,
    'esac',
    'exit 1',
  ];
  await scene.program('prefect', answers.join('\n'));
  await scene.sh('watchfire apply examples/automations/*.yaml');
  await scene.engine().startWorker();
}

const exported = async (): Promise<string[]> =>
  (JSON.parse(await readFile(path.join(ANSWERS, 'automations.json'), 'utf8')) as { name: string }[]).map(
    ({ name }) => name,
  );

const there = async (scene: Scene): Promise<string[]> => (await scene.engine().list()).map(({ name }) => name);

async function nothingIsChanged(scene: Scene): Promise<void> {
  assert.equal((await there(scene)).length, 6);
}

/** The flow run that failed fires what waits for such. */
async function rehearsed(scene: Scene): Promise<void> {
  const answer = JSON.parse(await scene.sh('watchfire simulate scenario.ndjson')) as { firings: unknown[] };
  assert.equal(answer.firings.length, 1);
}

async function theExportAlone(scene: Scene): Promise<void> {
  assert.deepEqual((await there(scene)).sort(), (await exported()).sort());
}

/** What Prefect answered, one event a line. */
async function eventsByLine(scene: Scene): Promise<void> {
  const { events } = JSON.parse(await readFile(path.join(ANSWERS, 'events.json'), 'utf8')) as { events: object[] };
  await scene.write('events.ndjson', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

/** All three are in the log, and the terminal shows what comes then. */
async function sentAndShown(scene: Scene): Promise<void> {
  const log = JSON.stringify(await scene.server.redis.xrange('{wf}:events', '-', '+'));
  for (const name of ['parcel.1', 'parcel.2', 'prefect.flow-run.Running']) assert.ok(log.includes(name), name);
  await eventually('an event is shown', async () => {
    await scene.engine().emit({ event: 'parcel.found', resource: { 'prefect.resource.id': 'parcel.3' } });
    return scene.said().includes('parcel.found');
  });
}

/** Something that fired, on a Redis that keeps an append-only file. */
async function somethingFired(scene: Scene): Promise<void> {
  await mkdir(path.join(scene.dir, 'backup'));
  const engine = scene.engine();
  await engine.put({ id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['order.failed'] } });
  await engine.startWorker();
  await engine.emit({ event: 'order.failed', resource: { id: 'order.1' } });
  const { redis } = scene.server;
  await eventually('it has fired', async () => (await redis.xlen('{wf}:firings')) === 1);
  const since = await redis.lastsave();
  await eventually(
    'a second tells the next save from the start',
    async () => Number((await redis.time())[0]) > since + 1,
  );
}

/** Starts a server on the copy. @throws unless the ledger in it is that of then */
async function restores(scene: Scene, what: 'dump.rdb' | 'appendonlydir'): Promise<void> {
  const copy = await PrivateServer.start({ kept: true, settings: { appendonly: what === 'dump.rdb' ? 'no' : 'yes' } });
  try {
    await copy.kill();
    await scene.sh(`rm -rf '${copy.dir}/appendonlydir' && cp -r 'backup/${what}' '${copy.dir}/'`);
    await copy.start();
    await eventually('it is read', async () => (await copy.redis.ping()) === 'PONG');
    assert.deepEqual(
      await copy.redis.xrange('{wf}:firings', '-', '+'),
      await scene.server.redis.xrange('{wf}:firings', '-', '+'),
    );
  } finally {
    await copy.remove();
  }
}

export const MOVING: readonly Story[] = [
  {
    page: 'docs/backup.md',
    needs: ['redis-cli'],
    redis: 'kept',
    setUp: somethingFired,
    steps: [
      { begins: 'before=$(redis-cli LASTSAVE)', after: (scene) => restores(scene, 'dump.rdb') },
      { begins: 'redis-cli CONFIG SET auto-aof', after: (scene) => restores(scene, 'appendonlydir') },
    ],
  },
  {
    page: 'docs/coming-from-prefect.md',
    needs: ['jq'],
    setUp: besidePrefect,
    steps: [
      { begins: 'prefect api POST /automations/filter', after: nothingIsChanged },
      { begins: 'prefect api POST /events/filter' },
      { begins: 'jq -c --slurpfile', after: rehearsed },
      { begins: 'npm run -s watchfire -- apply automations.json --prune', after: theExportAlone },
      { begins: 'npm run -s watchfire -- send --file', before: eventsByLine, after: sentAndShown },
    ],
  },
];
