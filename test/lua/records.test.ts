import { expect, test } from 'vitest';
import { loadScript, runScript, type Script } from '../../src/redis/script.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { checked } from '../support/checked-scripts.ts';
import { adminClient } from '../support/redis.ts';
import { World } from '../support/world.ts';

const HEADER = '-- KEYS a  string\n-- ARGV x  text\n-- WORDS done\n';
const RECORD = "local M = {}\nfunction M.new() return --[[context]] { position = '0-0', budget = false } end\nreturn M";

function script(body: string, read = checked): Script {
  const files: Record<string, string> = {
    'main.lua': `${HEADER}local a = include('a')\n${body}`,
    'include/a.lua': RECORD,
  };
  return loadScript('main', { words: ['done'] }, (path) => read(files[path] ?? ''));
}
const run = async (one: Script): Promise<unknown> =>
  await runScript(adminClient(), one, { keys: { a: 'k' }, args: { x: '' } });

test.each([
  ['read', 'local e = a.new()\nreturn { e.positon }', 'unknown field positon of the context'],
  ['written', 'local e = a.new()\ne.listened = true', 'unknown field listened of the context'],
])('a field that is not declared cannot be %s', async (_, body, message) => {
  await expect(run(script(body))).rejects.toThrow(message);
});

test('a declared field can be cleared and set again', async () => {
  const body =
    "local e = a.new()\ne.budget = nil\nif e.budget then return {} end\ne.budget = 'b'\nreturn { e.budget, e.position }";
  expect(await run(script(body))).toEqual(['b', '0-0']);
});

test('in production a record is a plain table', async () => {
  const body = 'local e = a.new()\ne.listened = 1\nreturn { e.listened }';
  expect(await run(script(body, (text) => text))).toEqual([1]);
});

test('the steps that tests call check their records', async () => {
  const world = new World();
  await settle(world.redis, world.store);
  const source = loadScript('settle', { words: ['settled', 'more-due'] }).source;
  for (const record of ['context', 'state', 'whole window', 'deadlines', 'group', 'firing'])
    expect(source).toContain(`record('${record}') {`);
});
