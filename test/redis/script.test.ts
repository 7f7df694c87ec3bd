import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { keysOf, prefixesOf } from '../../src/redis/keys.ts';
import { loadScript, parseContract, runScript, type Script } from '../../src/redis/script.ts';
import { freshNamespace } from '../support/namespace.ts';
import { privateRedis } from '../support/private-redis.ts';
import { adminClient, testClient } from '../support/redis.ts';
import { World } from '../support/world.ts';

const LUA = new URL('../../lua/', import.meta.url);
const SCRIPTS = readdirSync(LUA).filter((file) => file.endsWith('.lua'));
const INCLUDES = readdirSync(new URL('include/', LUA)).map((file) => `include/${file}`);
const textOf = (file: string): string => readFileSync(new URL(file, LUA), 'utf8');
const headerOf = (text: string): string => /^(?:--.*\n)*/.exec(text)?.[0] ?? '';
/** What runs: without comments, which may name things. */
const codeOf = (file: string): string => textOf(file).replace(/--.*$/gm, '');

const HEADER =
  '-- Says hello.\n--\n-- KEYS a  string  one\n-- ARGV x  text\n-- ARGV more…  texts\n-- RETURNS word\n-- WORDS done failed\n';

/** A script made of these files. */
function made(files: Record<string, string>, words = ['done', 'failed']): Script {
  const read = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`no file ${path}`);
    return text;
  };
  return loadScript('main', { words }, read);
}

describe('the header of a script', () => {
  test('names its keys, arguments and words in order', () => {
    expect(parseContract('s', HEADER)).toEqual({
      keys: ['a'],
      types: { a: 'string' },
      args: ['x'],
      rest: 'more',
      words: ['done', 'failed'],
      flags: [],
      rightsFirst: false,
    });
  });

  test('ends with the first line that is no comment', () => {
    expect(parseContract('s', `${HEADER}local x = 1\n-- KEYS late  string\n`).keys).toEqual(['a']);
  });

  test.each([
    ['without words', '-- KEYS a  string\nreturn 1', 'lua/main.lua: its header has no line WORDS'],
    [
      'with an argument after the one that repeats',
      '-- ARGV more…  texts\n-- ARGV x  text\n-- WORDS done failed\n',
      'lua/main.lua: nothing may follow the argument more…',
    ],
    [
      'with other words than its wrapper expects',
      '-- WORDS done\n',
      'lua/main.lua: answers done, expected done failed',
    ],
    [
      'with the words in another order',
      '-- WORDS failed done\n',
      'lua/main.lua: answers failed done, expected done failed',
    ],
  ])('is refused %s', (_, text, message) => {
    expect(() => made({ 'main.lua': text })).toThrow(expect.objectContaining({ code: 'SCRIPT_MISMATCH', message }));
  });
});

describe('includes', () => {
  const body = (...lines: string[]): string => [HEADER.trimEnd(), ...lines].join('\n');

  test('stand in front of what needs them, each once', async () => {
    const script = made({
      'main.lua': body("local a = include('a')", "local b = include('b')", 'return { a.text .. b.text }'),
      'include/a.lua': "local b = include('b')\nreturn { text = 'a' .. b.text }",
      'include/b.lua': "return { text = 'b' }",
    });
    expect(script.source.match(/local b = \(function/g)).toHaveLength(1);
    expect(await runScript(adminClient(), script, { keys: { a: 'k' }, args: { x: '' } })).toEqual(['abb']);
  });

  test('run when something of them is asked for', async () => {
    const script = made({
      'main.lua': body("local a = include('a')", "local b = include('b')", 'return { a.text(), a.text(), type(b) }'),
      'include/a.lua':
        "local M = {}\nlocal said = 0\nfunction M.text()\n  said = said + 1\n  return 'a' .. said\nend\nreturn M",
      'include/b.lua': "local M = {}\nerror('this runs')\nreturn M",
    });
    expect(await runScript(adminClient(), script, { keys: { a: 'k' }, args: { x: '' } })).toEqual([
      'a1',
      'a2',
      'table',
    ]);
  });

  test.each([
    ['itself', { 'include/a.lua': "local a = include('a')" }, 'lua/a.lua: includes itself: main > a > a'],
    [
      'one that includes it',
      { 'include/a.lua': "local b = include('b')", 'include/b.lua': "local a = include('a')" },
      'lua/a.lua: includes itself: main > a > b > a',
    ],
  ])('may not include %s', (_, files, message) => {
    expect(() => made({ 'main.lua': body("local a = include('a')"), ...files })).toThrow(message);
  });

  test('are bound to their own name', () => {
    expect(() => made({ 'main.lua': body("local other = include('a')"), 'include/a.lua': 'return {}' })).toThrow(
      "lua/main.lua: include('a') must be bound to the name a",
    );
  });

  test('that do not exist are an error when the program starts', () => {
    expect(() => made({ 'main.lua': body("local a = include('a')") })).toThrow('include/a.lua');
  });
});

describe('a call', () => {
  const echo = made({ 'main.lua': `${HEADER}return { keys.a, args.x, ARGV[args.more + 1], ARGV[args.more + 2] }` });

  test('binds names, whatever order they are given in; the rest follows', async () => {
    const answer = await runScript(adminClient(), echo, {
      args: { unused: 'u', x: 'X' },
      keys: { b: 'B', a: 'A' },
      rest: ['1', '2'],
    });
    expect(answer).toEqual(['A', 'X', '1', '2']);
  });

  test.each([
    [{ keys: {}, args: { x: '' } }, 'a was not given'],
    [{ keys: { a: 'A' }, args: {} }, 'x was not given'],
  ])('without something the header names is a fault: %j', async (call, message) => {
    await expect(
      runScript(adminClient(), echo, call as { keys: Record<string, string>; args: Record<string, string> }),
    ).rejects.toThrow(message);
  });

  test('is refused up front when the memory is full: nothing of it happens', async () => {
    const { redis } = await privateRedis();
    await redis.set('k', 'as it was');
    await redis.config('SET', 'maxmemory', '1');
    // Removing is allowed when the memory is full: without the check up front the call would fail half-way.
    const steps = "redis.call('DEL', keys.a)\nredis.call('SET', keys.a, args.x)";
    const write = made({ 'main.lua': `${HEADER}${steps}\nreturn { 'done' }` });
    await expect(runScript(redis, write, { keys: { a: 'k' }, args: { x: 'v' } })).rejects.toThrow('OOM');
    expect(await redis.get('k')).toBe('as it was');
  });

  test('passes errors on that are not about a missing script', async () => {
    const broken = made({ 'main.lua': `${HEADER}return redis.call('GET')` });
    await expect(runScript(adminClient(), broken, { keys: { a: 'k' }, args: { x: '' } })).rejects.toThrow(/arg/i);
  });
});

test('a server that forgot its scripts is given them again, in the middle of everything', async () => {
  const world = new World({ redis: (await privateRedis()).redis });
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  const flush = async (): Promise<void> => void (await world.redis.script('FLUSH'));
  const sent = Array.from({ length: 30 }, (_, i) => `e${i}`);
  for (const id of sent) {
    await world.send('x', { id });
    if (id.endsWith('5')) await flush();
    await Promise.all([world.drain(), flush()]);
  }
  await world.drain();
  expect((await world.firings()).map(({ event }) => event?.id)).toEqual(sent);
});

/** They go through a key bit by bit. */
const SCANNING: ReadonlySet<string> = new Set(['mend-deadlines.lua', 'include/resume.lua']);

describe('the scripts', () => {
  /** A script with all that it includes; where only ids are compared, the log itself is not touched. */
  function closure(file: string, seen = new Set<string>()): Set<string> {
    seen.add(file);
    const comparesOnly = [...codeOf(file).matchAll(/\blog\.(\w+)/g)].every(([, name]) => name === 'after');
    for (const [, name] of textOf(file).matchAll(/^local \w+ = include\('(\w+)'\)$/gm)) {
      if (seen.has(`include/${name}.lua`) || (name === 'log' && comparesOnly)) continue;
      closure(`include/${name}.lua`, seen);
    }
    return seen;
  }

  test.each(SCRIPTS)('%s declares the keys that it and what it includes touch, and no others', (file) => {
    const contract = parseContract(file, textOf(file));
    const used = [...closure(file)].flatMap((one) =>
      [...codeOf(one).matchAll(/\b(?:e\.)?keys\.(\w+)/g)].map(([, key]) => key),
    );
    // It goes through all of its keys by their names.
    if (file === 'mend-keys.lua') expect(contract.keys).toEqual(expect.arrayContaining(used));
    else expect([...new Set(used)].sort()).toEqual([...contract.keys].sort());
  });

  test.each(SCRIPTS)('%s binds every argument it is given', (file) => {
    const { args, rest } = parseContract(file, textOf(file));
    for (const name of [...args, ...(rest === null ? [] : [rest])]) expect(codeOf(file)).toContain(`args.${name}`);
  });

  test.each(SCRIPTS)('%s says what it promises before anything else', (file) => {
    expect(headerOf(textOf(file))).toMatch(/^-- [A-Z][^\n]+[.:\w]\n(-- [^\n]+\n)*--\n-- KEYS /);
  });

  test('name only prefixes that exist', () => {
    const known = Object.keys(prefixesOf('n'));
    for (const file of [...SCRIPTS, ...INCLUDES]) {
      const used = [...codeOf(file).matchAll(/\bprefixes\.(\w+)/g)].map(([, prefix]) => prefix ?? '');
      expect(
        used.filter((prefix) => !known.includes(prefix)),
        file,
      ).toEqual([]);
    }
  });

  test('name only keys that exist', () => {
    const known = new Set([...Object.keys(keysOf('n')), 'stream', 'worker', 'windows', 'deadlines', 'hour']);
    for (const file of SCRIPTS)
      expect(
        parseContract(file, textOf(file)).keys.filter((key) => !known.has(key)),
        file,
      ).toEqual([]);
  });

  const everywhere: [promise: string, pattern: RegExp, except?: (file: string, line: string) => boolean][] = [
    [
      'take keys and arguments by name',
      /\b(?:KEYS|ARGV)\s*\[/,
      (file, line) =>
        (file === 'apply.lua' && line.includes('ARGV[args.documents')) ||
        (file === 'lead-over.lua' && line.includes('ARGV[args.commands')) ||
        (['feed.lua', 'bring-in.lua', 'redrive.lua', 'note-minutes.lua'].includes(file) && line.includes('ARGV[at')) ||
        (file === 'mark-fed.lua' && line.includes('ARGV[args.sources')),
    ],
    ['build no key name of their own', /['"]\{/, (_, line) => /\{"|'\{'|'\}'/.test(line)],
    ['ask for the time in one place', /'TIME'/, (file) => file === 'include/time.lua'],
    ['keep no randomness', /math\.random|RANDOMKEY|SRANDMEMBER/],
    ['do not look at all keys', /'(?:KEYS|SCAN|HSCAN|ZSCAN|SSCAN)'/, (file) => SCANNING.has(file)],
    [
      'set no globals',
      /^(?!\s*(?:local|return|if|elseif|else|end|for|while|until|repeat|break|function M\.|M\.)\b)\w+ = /,
    ],
    // Lua compares strings by the server's locale. Numbers come from tonumber or a score.
    [
      'compare no text by <',
      /(?:id|name|key|member|entry|digest|position)\s*[<>]=?\s*\w*\.?(?:id|name|key|member|entry|digest|position)\b/,
    ],
    // Beyond 14 digits `..` rounds; milliseconds have 13 today, what is made of them may have more.
    [
      'join no milliseconds as they are',
      /\.\.\s*(?:\w+\.)?(?:at|time|now|as_of|start|finish|due|keep|triggered|head|received|occurred|C|U)\b(?!\()/,
      // The beginning of a range is a stream id, which is text.
      (_, line) => line.includes("'(' .. at,"),
    ],
    [
      'join no milliseconds as they are, in front',
      /\b(?:e\.now|as_of|finish|f\.time|s\.time|s\.keep|ev\.t|ev\.received|ev\.occurred)\s*\.\./,
    ],
    ['use tostring for small numbers only', /tostring\((?!#|removed|result|fault|name|deaths)/],
  ];

  test.each(everywhere)('%s', (_, pattern, except = () => false) => {
    const found = [...SCRIPTS, ...INCLUDES].flatMap((file) =>
      codeOf(file)
        .split('\n')
        .filter((line) => pattern.test(line) && !except(file, line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  test('find what they are to find', () => {
    const offences = [
      'local a = KEYS[1]',
      "redis.call('GET', '{wf}:x')",
      "redis.call('TIME')",
      'math.random()',
      "redis.call('SCAN', 0)",
      'count = 1',
      'if a.id < b.id then',
      "'x' .. e.now",
      "e.now .. 'x'",
      'tostring(e.now)',
    ];
    expect(offences.filter((line, i) => !everywhere[i]?.[1].test(line))).toEqual([]);
  });
});

test('every script loads on the server', async () => {
  const redis = testClient();
  freshNamespace({ permanent: [] });
  for (const file of SCRIPTS) {
    const name = file.replace('.lua', '');
    const { words } = parseContract(name, textOf(file));
    const script = loadScript(name, { words });
    expect(await redis.script('LOAD', script.source), file).toBe(script.sha);
  }
});
