import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULT_NAMESPACE } from '../../../src/config.ts';
import { type AutomationDocument, Watchfire } from '../../../src/index.ts';
import { announcedTypes } from '../../../src/redis/handlers.ts';
import { root } from '../../house/tree.ts';
import { eventually } from '../../support/eventually.ts';
import type { PrivateServer } from '../../support/private-server.ts';
import type { Check } from '../checks.ts';
import type { Prefect } from './prefect.ts';

/** The program of docs/coming-from-prefect.md. */
async function handlersIn(dir: string): Promise<string> {
  const page = await readFile(path.join(root, 'docs/coming-from-prefect.md'), 'utf8');
  const [, text = ''] = /^ *```ts handlers\n([\s\S]*?)^ *```$/m.exec(page) ?? [];
  assert.match(text, /watchfire\.handle\('run-deployment'/);
  return await programIn(dir, 'handlers.ts', text);
}

/** A program as it is printed, but for where its imports come from. @returns its file */
export async function programIn(dir: string, name: string, text: string): Promise<string> {
  const from = { watchfire: pathToFileURL(path.join(root, 'src/index.ts')).href, zod: import.meta.resolve('zod') };
  const resolved = Object.entries(from).reduce(
    (left, [name, url]) => left.replace(`from '${name}'`, `from '${url}'`),
    text,
  );
  const file = path.join(dir, name);
  await writeFile(file, resolved);
  return file;
}

/** Runs it while `body` does. What it says goes to standard error. */
export async function during(file: string, env: NodeJS.ProcessEnv, body: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    await Promise.race([body(), ended.then(([code]) => Promise.reject(new Error(`the program ended with ${code}`)))]);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** A flow run as Prefect tells it. */
type FlowRun = Readonly<{
  id: string;
  deployment_id: string;
  idempotency_key: string;
  parameters: object;
  state: Readonly<{ type: string }>;
}>;

/** A deployment, and what automations of Prefect's form do with it. */
async function deploymentIn(prefect: Prefect): Promise<string> {
  const flow = await prefect.post('/flows/', { name: 'etl' });
  const parameters = { type: 'object', properties: { day: { type: 'string' } } };
  const made = { name: 'nightly', flow_id: flow.id, parameter_openapi_schema: parameters };
  return String((await prefect.post('/deployments/', made)).id);
}

function automationsFor(deployment: string): AutomationDocument[] {
  const trigger = (event: string) => ({ type: 'event', posture: 'Reactive', expect: [event] });
  const run = { type: 'run-deployment', source: 'selected', deployment_id: deployment, parameters: { day: 'today' } };
  const inferred = { type: 'run-deployment', source: 'inferred', deployment_id: null, parameters: null };
  return [
    { id: 'uploaded', name: 'A file came', trigger: trigger('file.uploaded'), actions: [run] },
    { id: 'stale', name: 'It is stale', trigger: trigger('table.stale'), actions: [inferred] },
    { id: 'stuck', name: 'It is stuck', trigger: trigger('run.stuck'), actions: [{ type: 'cancel-flow-run' }] },
  ] as AutomationDocument[];
}

/** What the guide says of handlers is done against a real server. */
export async function proveHandlers(check: Check, prefect: Prefect, server: PrivateServer, dir: string): Promise<void> {
  const watchfire = new Watchfire({ redis: server.url, namespace: DEFAULT_NAMESPACE });
  const { redis } = server;
  const runs = async (): Promise<FlowRun[]> => (await prefect.post('/flow_runs/filter', {})) as unknown as FlowRun[];
  const runFor = async (automation: string): Promise<FlowRun> =>
    await eventually(`the flow run of ${automation} is in Prefect`, async () => {
      const { firings } = await watchfire.firings({ automation });
      const key = `f-${firings[0]?.firing.id}-0`;
      return (await runs()).find(({ idempotency_key }) => idempotency_key === key);
    });
  const file = await handlersIn(dir);
  try {
    const deployment = await deploymentIn(prefect);
    await during(file, { REDIS_URL: server.url, PREFECT_API_URL: prefect.api }, async () => {
      await eventually('the program has announced its types', async () => {
        const types = ['run-deployment', 'cancel-flow-run'];
        return (await announcedTypes(redis, watchfire.store, types)).size === types.length;
      });
      for (const automation of automationsFor(deployment)) await watchfire.put(automation);
      await watchfire.startWorker();
      await check('a handler by the guide runs a deployment in Prefect, with its parameters', async () => {
        await watchfire.emit({ event: 'file.uploaded', resource: { id: 's3.1' } });
        const run = await runFor('uploaded');
        assert.deepEqual([run.deployment_id, run.parameters], [deployment, { day: 'today' }]);
        // A retry is recognised by the id of the job.
        const again = { parameters: { day: 'today' }, idempotency_key: run.idempotency_key };
        const known = await prefect.post(`/deployments/${deployment}/create_flow_run`, again);
        assert.equal(known.id, run.id);
      });
      await check('and the deployment that the event is about, where none is named', async () => {
        const related = [
          { 'prefect.resource.id': `prefect.deployment.${deployment}`, 'prefect.resource.role': 'deployment' },
        ];
        await watchfire.emit({ event: 'table.stale', resource: { id: 'table.1' }, related });
        assert.equal((await runFor('stale')).deployment_id, deployment);
      });
      await check('and cancels a flow run', async () => {
        const { id } = await runFor('uploaded');
        await watchfire.emit({ event: 'run.stuck', resource: { 'prefect.resource.id': `prefect.flow-run.${id}` } });
        await eventually('it is cancelled', async () => {
          const run = (await runs()).find((one) => one.id === id);
          return /^CANCELL(?:ING|ED)$/.test(run?.state.type ?? '');
        });
      });
    });
  } finally {
    await watchfire.close();
  }
}
