import { expect, onTestFinished, test, vi } from 'vitest';
import { CONSOLE_TOOLS } from '../../src/cli/console-tools.ts';
import { Drafts } from '../../src/console/drafts.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { door } from './door.ts';

const { signal } = new AbortController();

function opened(program: URL): Drafts {
  const drafts = new Drafts(program);
  onTestFinished(() => drafts.close());
  return drafts;
}

function programOf(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** What reads texts, but for `endless`, which it never comes to the end of, and `over`, which it ends at. */
const PROGRAM = programOf(`
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ text }) => {
    if (text === 'over') process.exit();
    while (text === 'endless');
    parentPort.postMessage({ kind: 'read', draft: { problems: [], changes: [] } });
  });
  parentPort.postMessage('ready');
`);

const automation = (id: string, name: string) =>
  parseAutomation({ id, name, trigger: { expect: ['order.failed'] }, actions: [] });

test('a text is compared with those of the stored automations that it names, by id or name', async () => {
  const drafts = opened(CONSOLE_TOOLS.draftThread);
  const stored = [automation('a', 'First'), automation('b', 'Second'), automation('c', 'Third')];
  const text = `
- { id: a, name: New name, trigger: { expect: [order.failed] } }
- { name: Second, trigger: { expect: [order.failed], threshold: 2 } }
- { name: Fourth, trigger: { expect: [order.failed] } }`;
  const { problems, changes } = await drafts.read(text, stored, signal);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(changes.map(({ change, id, keys }) => [change, id.length > 9 ? 'new' : id, keys.join()])).toEqual([
    ['updated', 'a', 'name'],
    ['updated', 'b', 'trigger'],
    ['created', 'new', 'id,name,trigger'],
  ]);
  expect(changes[1]?.automation.trigger).toMatchObject({ threshold: 2 });
});

test('of a text that is wrong in each of its parts the first mistakes are told, and how many more there are', async () => {
  const { problems } = await opened(CONSOLE_TOOLS.draftThread).read('- {}\n'.repeat(150), [], signal);
  expect(problems).toHaveLength(201);
  expect(problems.at(-1)?.message).toMatch(/^\d+ more$/);
});

test('a text that takes too long is given up, and the next one is read', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const drafts = opened(PROGRAM);
  const endless = drafts.read('endless', [], signal);
  const refused = expect(endless).rejects.toMatchObject({
    status: 422,
    path: 'text',
    message: expect.stringContaining('cannot be read within 2 s'),
  });
  const next = drafts.read('next', [], signal);
  await eventually('its time runs', async () => vi.getTimerCount() === 1);
  vi.advanceTimersByTime(2_000);
  await refused;
  expect(await next).toEqual({ problems: [], changes: [] });
});

test('where the thread ends by itself the text is refused, and the next one is read', async () => {
  const drafts = opened(PROGRAM);
  await expect(drafts.read('over', [], signal)).rejects.toMatchObject({ status: 503 });
  expect(await drafts.read('next', [], signal)).toEqual({ problems: [], changes: [] });
});

test('a program that cannot be loaded is said, and ends nothing else', async () => {
  await expect(opened(programOf('throw new Error("is broken")')).read('x', [], signal)).rejects.toThrow('is broken');
});

test('while a text is read others are answered, and more than sixteen do not wait', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const drafts = opened(PROGRAM);
  const waiting = Array.from({ length: 16 }, () => drafts.read('endless', [], signal).catch(({ status }) => status));
  await expect(drafts.read('one more', [], signal)).rejects.toMatchObject({ status: 503 });
  await drafts.close();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([499]));
});

test('the API answers others while a text is read', async () => {
  const watchfire = engine();
  const { get, post } = await door(watchfire, { draftThread: PROGRAM });
  const given = new AbortController();
  const checked = post('/api/drafts/check', { text: 'endless' }, undefined, given.signal).catch(() => 'given up');
  expect((await get('/api/automations')).status).toBe(200);
  given.abort();
  expect(await checked).toBe('given up');
});
