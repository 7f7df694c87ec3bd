import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { sourceFiles } from './tree.ts';

/** What a client is called, with or without `#`, alone or as a property. */
const CLIENT = /(?:redis|pipeline|transaction|multi|blocking|client|connection|listener|reader|probe)(?:\(\))?$/i;

/** Methods that other objects have too: a call counts only where the object is named like a client. */
const COMMON: ReadonlySet<string> = new Set(
  [Map, Set, Array, String, RegExp, Promise, Object, Number, Function, AbortSignal, URLSearchParams].flatMap((type) => [
    ...Object.getOwnPropertyNames(type.prototype),
    ...Object.getOwnPropertyNames(type),
  ]),
);

/** Names that mean something else throughout: `io.select`, `process.exit` and their like are no commands. */
const AMBIGUOUS = [
  'append',
  'call',
  'command',
  'config',
  'debug',
  'echo',
  'exec',
  'info',
  'monitor',
  'move',
  'object',
  'ping',
  'quit',
  'reset',
];
const MORE = [
  'restore',
  'role',
  'save',
  'script',
  'select',
  'sort',
  'subscribe',
  'time',
  'touch',
  'type',
  'unsubscribe',
  'wait',
  'watch',
];

/** The commands that a client can send, by the names of its methods. */
function commandNames(): string[] {
  const client = new Redis({ lazyConnect: true });
  client.disconnect();
  const prototypes: object[] = [];
  for (let one = Object.getPrototypeOf(client); one && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    prototypes.push(one);
  }
  const names = new Set(prototypes.flatMap((prototype) => Object.getOwnPropertyNames(prototype)));
  return [...client.getBuiltinCommands(), 'pipeline', 'multi', 'call', 'sendCommand'].filter((name) => names.has(name));
}

const commands = new Set(commandNames());
const shared = new Set([...COMMON, ...AMBIGUOUS, ...MORE]);

/** Calls of Redis in a text, as `redis.xadd`. */
function callsIn(text: string): string[] {
  return [...text.matchAll(/([\w#.]+(?:\(\))?)\??\.\s*(\w+)\(/g)].flatMap(([, object = '', method = '']) => {
    if (!commands.has(method)) return [];
    return !shared.has(method) || CLIENT.test(object) ? [`${object}.${method}`] : [];
  });
}

test('calls of Redis are found whatever the client is called, and others are none', () => {
  const text = [
    'await redis.get(key); this.#redis.time(); connections.redis.ping(); pipeline.hget(a, b);',
    'const found = somebody.xadd(key); await blocking.xreadgroup(a); redis.multi().get(a);',
    'map.get(key); Promise.all(x); logger.info(x); list.sort(); io.signal.append(x);',
  ].join('\n');
  expect(callsIn(text)).toEqual([
    ...['redis.get', 'this.#redis.time', 'connections.redis.ping', 'pipeline.hget'],
    ...['somebody.xadd', 'blocking.xreadgroup', 'redis.multi().get'],
  ]);
  expect(commands.size).toBeGreaterThan(200);
});

test('only src/redis calls Redis', () => {
  const found = sourceFiles(['src'], '.ts')
    .filter(({ file }) => !file.startsWith('src/redis/'))
    .flatMap(({ file, text }) => callsIn(text).map((call) => `${file}: ${call}`));
  expect(found).toEqual([]);
});
