import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { keysOf } from '../../../src/redis/keys.ts';
import { copyProject } from '../mutate/copy.ts';
import { entriesOf } from './ledger.ts';
import type { Row } from './table.ts';

/** What a later version that only adds to the state could add: file, what stands there once, what stands there then. */
export const ADDITIONS: readonly (readonly [file: string, find: string, replace: string])[] = [
  // A key, which an earlier version knows nothing of.
  ['src/redis/keys.ts', "live: name('live'),", "live: name('live'),\n    additions: name('additions'),"],
  ['lua/apply.lua', '-- ARGV prefixes ', '-- KEYS additions hash   what only this version writes\n-- ARGV prefixes '],
  // Fields of hashes that both write.
  [
    'lua/apply.lua',
    'return log.advance(e, chunk, first, begin, entry.decide, ev)',
    `local answer = log.advance(e, chunk, first, begin, entry.decide, ev)
if answer[1] == 'applied' then
  redis.call('HINCRBY', keys.additions, 'calls', 1)
  redis.call('HSET', keys.settings, 'addition', answer[2])
  redis.call('HSET', keys.clock, 'addition', answer[2])
end
return answer`,
  ],
  ['src/redis/heartbeat.ts', 'const fields = { host:', 'const fields = { addition: 1, host:'],
  // A field of firings, in the ledger and in the log, and one of their jobs.
  ['lua/include/firing.lua', "'event', f.doc or '',", "'event', f.doc or '', 'addition', '1',"],
  ['lua/include/firing.lua', 'local SAID = 25', 'local SAID = 27'],
  ['src/relay/jobs.ts', '    idempotencyKey: id,\n', '    idempotencyKey: id,\n    addition: 1,\n'],
];

/** The engine of a synthetic next version, whose state has the number of this one; gone with this process. @returns its worker program */
export function nextVersion(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-next-'));
  const copy = copyProject(folder);
  for (const [name, find, replace] of ADDITIONS) {
    const file = path.join(copy, name);
    const parts = readFileSync(file, 'utf8').split(find);
    if (parts.length !== 2) throw new Error(`${name}: "${find}" stands there ${parts.length - 1} times`);
    writeFileSync(file, parts.join(replace));
  }
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return path.join(copy, 'test/rigs/worker-program.ts');
}

/** Whether both versions did their part, and what the next one added is left: rows of the table. */
export async function sideBySide(redis: Redis, namespace: string): Promise<Row[]> {
  const keys = keysOf(namespace);
  const [calls, setting, clock] = await Promise.all([
    redis.hget(`{${namespace}}:additions`, 'calls'),
    redis.hget(keys.settings, 'addition'),
    redis.hget(keys.clock, 'addition'),
  ]);
  let [own, next] = [0, 0];
  for await (const [, fields] of entriesOf(redis, keys.firings)) {
    if (fields.includes('addition')) next += 1;
    else own += 1;
  }
  const lost = [calls, setting, clock].filter((found) => found === null).length;
  return [
    ['firings of this version', own, own === 0],
    ['firings of the next version', next, next === 0],
    ['additions that are gone', lost, lost > 0],
  ];
}
