import { expect, test } from 'vitest';
import { ROUTES } from '../../src/console/console.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { door, TOKEN } from './door.ts';

/** Compares what a path answers with what the API says of it: all of that, and nothing else. */
function checkDescribed(path: string, body: unknown): void {
  const route = ROUTES.find((one) => one.method === 'GET' && one.path === path);
  expect([path, route?.answer.parse(body)]).toEqual([path, body]);
}

const TEXT = JSON.stringify({
  id: 'third',
  name: 'Third',
  trigger: { expect: ['order.failed'], for_each: ['id'], threshold: 3, within: '1h' },
  actions: [{ type: 'queue', queue: 'support', name: 'call' }],
});

test('every list and every detail is what the description says, and what the engine says', async () => {
  const watchfire = engine();
  await watchfire.put(JSON.parse(TEXT));
  await watchfire.startWorker();
  const hostile = '<img src=x onerror=alert(1)>\u202e';
  for (let i = 0; i < 4; i += 1) await watchfire.emit({ event: 'order.failed', resource: { id: hostile } });
  await watchfire.connections.redis.xadd(watchfire.store.keys.events, '*', 'event', 'x', 'resource.name', 'y');
  const { firings } = await eventually('it fires and the letter is there', async () => {
    const found = await watchfire.firings();
    return found.firings.length === 1 && (await watchfire.status()).dead === 1 ? found : null;
  });
  await eventually('workers have counted it', async () =>
    (await watchfire.history()).some(({ firings: counted }) => counted.third?.Triggered === 1),
  );
  const { get } = await door(watchfire);
  const look = async (path: string, as = path): Promise<Record<string, never>> => {
    const { status, body } = await get(path);
    expect([path, status, body]).toEqual([path, 200, expect.anything()]);
    checkDescribed(as.split('?')[0] ?? '', body);
    return body as Record<string, never>;
  };
  const id = firings[0]?.firing.id ?? '';
  expect(await look('/api/firings')).toMatchObject({ firings: [{ id, automation: 'third', labels: { id: hostile } }] });
  const why = await look(`/api/firings/${id}`, '/api/firings/{id}');
  expect(why).toMatchObject({ standing: 'unchanged', step: { missing: 0, reach: 900_000, counted: { length: 3 } } });
  const events = await look('/api/events?name=order.*&limit=10');
  expect(events).toMatchObject({ events: { length: 4 }, next: null });
  const [{ entry } = { entry: '' }] = events.events as unknown as { entry: string }[];
  expect(await look(`/api/events/${entry}`, '/api/events/{entry}')).toMatchObject({
    document: { resource: { id: hostile } },
    reasons: [{ automation: 'third', why: 'wanted' }],
  });
  expect(await look('/api/automations')).toMatchObject({
    total: 1,
    automations: [{ id: 'third', firings: 1, windows: 1 }],
  });
  expect(await look('/api/automations/third', '/api/automations/{id}')).toMatchObject({
    forEach: ['id'],
    revisions: { length: 1 },
    events: ['order.failed'],
    words: { fired: 1 },
  });
  const lanes = await look('/api/automations/third/lanes', '/api/automations/{id}/lanes');
  expect(lanes).toMatchObject({ lanes: [{ labels: { id: hostile }, ticks: { length: 4 }, firings: [{ id }] }] });
  expect(await look('/api/letters')).toMatchObject({ letters: [{ reason: expect.stringContaining('resource.id') }] });
  expect(await look('/api/queues')).toMatchObject({
    queues: [{ name: 'support', depth: { waiting: 1 } }, { name: 'deliveries' }],
  });
  const jobs = await look('/api/queues/support/jobs', '/api/queues/{name}/jobs');
  expect(jobs).toMatchObject({ jobs: [{ id: `f-${id}-0`, name: 'call' }] });
  for (const path of [
    'status',
    'minutes',
    'quiet',
    'acts',
    'windows',
    'alerts',
    'silences',
    'deliveries',
    'deliveries/groups',
  ])
    await look(`/api/${path}`);
  expect((await get('/api/firings/none')).status).toBe(404);
  expect((await get('/api/events?limit=501')).status).toBe(400);
});

test('Overview and the automation name the event that a condition could not answer, and the reason', async () => {
  const watchfire = engine();
  const third = JSON.parse(TEXT);
  await watchfire.put({ ...third, trigger: { ...third.trigger, where: 'payload.total > 900' } });
  await watchfire.startWorker();
  for (const total of [1, '€ 950', 2])
    await watchfire.emit({ event: 'order.failed', resource: { id: 'a' }, payload: { total } });
  await eventually('it is counted', async () => (await watchfire.whereErrors('third')) === 1);
  await eventually('all is applied', async () => (await watchfire.status()).behind === 0);
  const [, failed] = (await watchfire.events({ limit: 3 })).events;
  const { get } = await door(watchfire);
  const example = {
    ...{ entry: failed?.entry, event: 'order.failed', condition: 'where' },
    said: 'payload.total > 900 is not to be answered: ">" does not take string and int (payload.total is "€ 950")',
  };
  expect((await get('/api/quiet')).body).toMatchObject({ quiet: [{ why: 'condition', automation: 'third', example }] });
  expect((await get('/api/automations')).body).toMatchObject({ automations: [{ whereErrors: 1 }] });
  expect((await get('/api/automations/third')).body).toMatchObject({ whereErrors: 1, example });
});

test('nothing is changed without the token, with it all is done that a verb does', async () => {
  const watchfire = engine();
  await watchfire.put(JSON.parse(TEXT));
  const { post, get } = await door(watchfire);
  const changing = ROUTES.filter(({ changes }) => changes).map(({ path }) =>
    path.replace('{act}', 'delete').replace(/\{\w+\}/g, 'third'),
  );
  for (const path of changing) expect([path, (await post(path, {})).status]).toEqual([path, 401]);
  expect((await post('/api/automations/third/disable', {}, `${TOKEN}x`)).status).toBe(401);
  expect((await watchfire.list()).map(({ enabled }) => enabled)).toEqual([true]);
  expect((await get('/api/automations')).body).toMatchObject({ automations: [{ enabled: true }] });
  expect(await post('/api/automations/third/disable', {}, TOKEN)).toEqual({ status: 200, body: { done: true } });
  // Answers that are kept for all who ask do not outlive a change.
  expect((await get('/api/automations')).body).toMatchObject({ automations: [{ enabled: false }] });
  const changed = TEXT.replace('"threshold":3', '"threshold":4');
  const checked = await post('/api/drafts/check', { text: changed });
  expect(checked.body).toMatchObject({
    problems: [],
    changes: [{ change: 'updated', id: 'third', keys: ['trigger'] }],
  });
  expect((await post('/api/drafts/check', { text: 'name: x' })).body).toMatchObject({
    problems: [{ severity: 'error', line: 1 }],
  });
  expect((await post('/api/automations', { text: changed, mode: 'shadow' }, TOKEN)).status).toBe(200);
  expect(await watchfire.get('third')).toMatchObject({ mode: 'shadow', trigger: { threshold: 4 } });
  expect((await post('/api/automations', { text: 'name: x' }, TOKEN)).status).toBe(422);
  expect((await get('/api/openapi.json')).body).toMatchObject({
    openapi: '3.1.0',
    paths: { '/api/firings/{id}': { get: {} } },
  });
  const readOnly = await door(watchfire, { allowChanges: false });
  expect((await readOnly.post('/api/automations/third/enable', {}, TOKEN)).status).toBe(403);
});
