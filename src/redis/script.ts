import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { ScriptMismatch } from '../errors.ts';
import { workerCommands } from './acl.ts';
import { at, isOnCluster } from './cluster.ts';
import { withKey } from './transaction.ts';

/** Where the scripts are: `lua/` beside `src/` in a checkout and beside `dist/` in the package. */
export const LUA_FOLDER = new URL('../../lua/', import.meta.url);

const readLua = (path: string): string => readFileSync(new URL(path, LUA_FOLDER), 'utf8');

/** What the header of a script promises; `rest` is the one argument that may repeat, always the last. */
export type Contract = Readonly<{
  keys: readonly string[];
  /** Of each key, by its name: `string`, `hash` … */
  types: Readonly<Record<string, string>>;
  args: readonly string[];
  rest: string | null;
  words: readonly string[];
  /** Flags of the line `#!lua`: `allow-oom` for a script that only frees memory: it is needed most when memory is short. */
  flags: readonly string[];
  /** Whether all rights are asked for before the first command. Where it is false the script asks by itself (lua/include/check.lua). */
  rightsFirst: boolean;
}>;

/** A script as it is sent to Redis. */
export type Script = Readonly<{ name: string; source: string; sha: string; contract: Contract }>;

/** Reads the contract from the comment that a script begins with. */
export function parseContract(name: string, source: string): Contract {
  const keys: string[] = [];
  const types: Record<string, string> = {};
  const args: string[] = [];
  let words: string[] = [];
  let flags: string[] = [];
  let rightsFirst = false;
  let rest: string | null = null;
  for (const line of source.split('\n')) {
    if (!line.startsWith('--')) break;
    const [, kind, text] = /^-- (KEYS|ARGV|WORDS|FLAGS|RIGHTS) (.+)$/.exec(line) ?? [];
    if (kind === undefined || text === undefined) continue;
    if (kind === 'WORDS') words = text.split(' ');
    if (kind === 'FLAGS') flags = text.split(' ');
    if (kind === 'RIGHTS') rightsFirst = text === 'first';
    const [first = '', type = ''] = text.split(/ +/);
    if (kind === 'KEYS') types[first] = type;
    if (rest !== null && kind === 'ARGV') throw new ScriptMismatch(name, `nothing may follow the argument ${rest}…`);
    if (kind === 'KEYS') keys.push(first);
    else if (kind === 'ARGV' && first.endsWith('…')) rest = first.slice(0, -1);
    else if (kind === 'ARGV') args.push(first);
  }
  if (words.length === 0) throw new ScriptMismatch(name, 'its header has no line WORDS');
  return { keys, types, args, rest, words, flags, rightsFirst };
}

/** Locals that bind what the header names, in its order. */
function bindings({ keys, args, rest }: Contract): string {
  const keyList = keys.map((key, i) => `${key} = KEYS[${i + 1}]`).join(', ');
  const argList = args.map((arg, i) => `${arg} = ARGV[${i + 1}]`);
  if (rest !== null) argList.push(`${rest} = ${args.length}`);
  return `local keys = { ${keyList} }\nlocal args = { ${argList.join(', ')} }`;
}

const INCLUDE = /^local (\w+) = include\('(\w+)'\)$/;

/** The line with which an include makes the table of its functions. */
const TABLE = 'local M = {}';

/**
 * The metatable of an include that has not run yet: it runs when something of it is asked for, since a call makes each of its functions
 * anew, and most calls need few of them.
 */
const WHEN_USED = `
local WHEN_USED = { __index = function(include, name)
  setmetatable(include, nil)
  include[1](include)
  return include[name]
end }`;

/** The table of an include, as an expression. One that is a table of constants is made at once. */
function tableOf(body: string): string {
  const lines = body.split('\n');
  const at = lines.indexOf(TABLE);
  if (at < 0) return `(function()\n${body}\nend)()`;
  return `setmetatable({ function(M)\n${lines.with(at, '').join('\n')}\nend }, WHEN_USED)`;
}

/** Puts every included file in front of what needs it, once, each as a local table. */
function assemble(read: (path: string) => string, main: string): string {
  const done: string[] = [];
  const parts: string[] = [];
  const expand = (name: string, text: string, chain: readonly string[]): string => {
    if (chain.includes(name)) throw new ScriptMismatch(name, `includes itself: ${[...chain, name].join(' > ')}`);
    const own = text.split('\n').filter((line) => {
      const [, local, file] = INCLUDE.exec(line) ?? [];
      if (file === undefined) return true;
      if (local !== file) throw new ScriptMismatch(name, `include('${file}') must be bound to the name ${file}`);
      if (!done.includes(file)) {
        const body = expand(file, read(`include/${file}.lua`), [...chain, name]);
        done.push(file);
        parts.push(`local ${file} = ${tableOf(body)}`);
      }
      return false;
    });
    return own.join('\n');
  };
  const body = expand('main', main, []);
  return [WHEN_USED, ...parts, body].join('\n');
}

/**
 * Loads `lua/NAME.lua` with what it includes and checks its header against what the typed wrapper expects.
 *
 * @param read gives the text of a file, by its path in `lua/`
 * @throws ScriptMismatch when header and wrapper disagree
 */
export function loadScript(name: string, expected: { words: readonly string[] }, read = readLua): Script {
  const script = readScript(name, read);
  const words = script.contract.words.join(' ');
  if (words === expected.words.join(' ')) return script;
  throw new ScriptMismatch(name, `answers ${words}, expected ${expected.words.join(' ')}`);
}

/**
 * Lines that ask for the right to each command that a script names. Redis has no rollback: a script that is refused its third command
 * has carried out two.
 */
function rightsIn(body: string): string {
  const named = new Set([...body.matchAll(/'([A-Z]{3,})'/g)].map(([, name = '']) => name));
  const calls = workerCommands()
    .map((command) => command.toUpperCase().split('|'))
    .filter((words) => words.every((word) => named.has(word)))
    .map((words) => `need('${words.join("', '")}', KEYS[1])`);
  return [
    'local function need(...)',
    "  if not redis.acl_check_cmd(...) then error({ err = 'NOPERM the user of this connection may not run ' .. (...) }, 0) end",
    'end',
    ...calls,
  ].join('\n');
}

/**
 * A script as it stands in its file, with what it includes.
 *
 * `#!lua` makes Redis refuse the call up front when memory is short or a key is in another slot: a script has no
 * rollback, so it must not fail half-way for a reason that was known before.
 */
export function readScript(name: string, read = readLua): Script {
  const main = read(`${name}.lua`);
  const contract = parseContract(name, main);
  const shebang = ['#!lua', ...(contract.flags.length > 0 ? [`flags=${contract.flags.join(',')}`] : [])].join(' ');
  const body = assemble(read, main);
  const rights = contract.rightsFirst ? `${rightsIn(body)}\n` : '';
  const source = `${shebang}\n-- ${name}\n${rights}${bindings(contract)}\n${body}`;
  return Object.freeze({ name, source, sha: createHash('sha1').update(source).digest('hex'), contract });
}

/** Takes the values in the order of the header; a missing or unknown name is a fault of the caller. */
function ordered(script: Script, names: readonly string[], values: Readonly<Record<string, Argument>>): Argument[] {
  return names.map((name) => {
    const value = values[name];
    if (value === undefined) throw new ScriptMismatch(script.name, `${name} was not given`);
    return value;
  });
}

/** Text, or bytes that are none. */
type Argument = string | Buffer;

/** The call of a script: names as in its header. */
export type Call = Readonly<{
  keys: Readonly<Record<string, string>>;
  args: Readonly<Record<string, Argument>>;
  rest?: readonly Argument[];
}>;

/** How often a script is loaded again on a server that lost it: the slot may move to one that does not know it either. */
const LOADS = 3;

/** The key that is never there: see `runScript`. */
const NOTHING = 'nothing';

/**
 * Runs a loaded script. When the server does not know it (restarted, flushed, failed over) it is loaded and run again:
 * NOSCRIPT says that nothing happened.
 *
 * On a cluster it names one more key, which is never there. While a slot moves, a node refuses a call of which it has not all keys, so
 * that it refuses each call of a script, before the first command. Otherwise a script could be cut off amid its writes by a key that is not there.
 */
export async function runScript(redis: Redis, script: Script, call: Call): Promise<unknown> {
  const { contract, sha } = script;
  const keys = ordered(script, contract.keys, call.keys);
  const types = Object.fromEntries(contract.keys.map((name, i) => [String(keys[i]), contract.types[name] ?? '']));
  const namespace = /^\{([^}]*)\}/.exec(String(keys[0]))?.[1] ?? '';
  if (isOnCluster(redis)) keys.push(`{${namespace}}:${NOTHING}`);
  const values = [...keys, ...ordered(script, contract.args, call.args), ...(call.rest ?? [])];
  for (let loads = 0; ; loads += 1) {
    try {
      return await redis.evalsha(sha, keys.length, ...values);
    } catch (error) {
      const unknown = error instanceof Error && error.message.startsWith('NOSCRIPT');
      if (!unknown || loads === LOADS) throw unnamed(script.name, await withKey(redis, types, error));
    }
    await at(redis, { namespace }).script('LOAD', script.source);
  }
}

/** One of the keys that a script makes itself has another type: no entry is to blame, workers mend it. */
function unnamed(name: string, error: unknown): unknown {
  if (!(error instanceof Error && /^(ERR )?WRONGTYPE Operation/.test(error.message))) return error;
  return new Error(`DAMAGED a key that lua/${name}.lua reads has another type than it should: ${error.message}`);
}
