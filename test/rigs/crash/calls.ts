import { readdirSync } from 'node:fs';
import type { Command, Redis } from 'ioredis';
import { LUA_FOLDER, loadScript, readScript } from '../../../src/redis/script.ts';

/**
 * The caller, by the functions that the call comes from: the first line of which one of them is. The file is the end of its
 * path, the function any part of its name.
 */
const ROLES: readonly (readonly [file: string, name: string, role: string])[] = [
  ['src/redis/durability.ts', '', 'durability'],
  ['src/services/live.ts', '', 'live'],
  ['src/relay/queues.ts', '', 'jobs'],
  ['src/relay/outbox.ts', 'readOwn', 'relay-own'],
  ['src/redis/outcomes.ts', '', 'gate'],
  ['src/relay/relay.ts', '', 'relay'],
  ['src/apply/loaded-definitions.ts', 'refresh', 'definitions'],
  ['src/apply/take-over.ts', '', 'take-over'],
  ['src/apply/straightener.ts', '', 'straightener'],
  ['src/apply/applier.ts', '', 'applier'],
  ['src/services/mender.ts', '', 'mender'],
  ['src/services/auditor.ts', '', 'auditor'],
  ['src/services/worker.ts', 'audit', 'auditor'],
  ['src/apply/large-entries.ts', '', 'large-entries'],
  ['src/services/janitor.ts', '', 'janitor'],
  ['src/services/worker.ts', 'tidy', 'janitor'],
  ['src/services/worker.ts', 'signOfLife', 'live'],
  ['src/services/minutes.ts', '', 'minutes'],
  ['src/services/source-marks.ts', '', 'marks'],
  ['src/services/scheduler.ts', '', 'scheduler'],
  // A stop awaits the read that is under way, which stays the reader's.
  ['src/apply/reader.ts', 'next', 'reader'],
  ['src/services/worker.ts', 'finish', 'stop'],
  ['src/services/worker.ts', 'ready', 'start'],
  ['src/engine.ts', 'startWorker', 'start'],
  ['src/redis/definitions.ts', '', 'change'],
  ['src/engine.ts', '', 'change'],
  // BullMQ begins some calls by itself, ioredis all of those with which it sets up a connection.
  ['/bullmq/', '', 'jobs'],
  ['/ioredis/built/redis/event_handler', '', 'connection'],
];

/** Commands that mean something only together with their first argument. */
const CONTAINERS: ReadonlySet<string> = new Set(['client', 'xgroup', 'xinfo', 'pubsub', 'script', 'config']);

/** Above the longest chain of calls there is. */
const FRAMES = 25;

/** Names of our own scripts, by what `EVALSHA` is sent with. */
const SCRIPTS: ReadonlyMap<string, string> = new Map(
  readdirSync(LUA_FOLDER)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => {
      const name = file.slice(0, -'.lua'.length);
      // Loaded as the engine does: tests have it load them with checks.
      return [loadScript(name, readScript(name).contract).sha, name];
    }),
);

/** Where the present call comes from, async callers as well: the innermost function first. */
function callers(): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.stackTraceLimit = FRAMES;
  const { stack } = new Error('where') as unknown as { stack: NodeJS.CallSite[] };
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}

function role(): string {
  const frames = callers().map((site) => ({ file: site.getFileName() ?? '', name: site.getFunctionName() ?? '' }));
  for (const [file, name, role] of ROLES) {
    if (frames.some((frame) => frame.file.includes(file) && frame.name.includes(name))) return role;
  }
  return 'nobody';
}

/** A command, or the name of the script that it runs. */
function called(client: Redis, command: Command): string {
  const name = command.name.toLowerCase();
  const [first = ''] = command.args.map(String);
  if (name === 'evalsha' || name === 'eval') return scriptName(client, first);
  return CONTAINERS.has(name) ? `${name} ${first.toLowerCase()}` : name;
}

function scriptName(client: Redis, sha: string): string {
  const own = SCRIPTS.get(sha);
  if (own !== undefined) return own;
  const { scriptsSet } = client as unknown as { scriptsSet: Record<string, { sha: string }> };
  // BullMQ puts its version behind the name.
  const defined = Object.entries(scriptsSet).find(([, script]) => script.sha === sha)?.[0];
  return defined?.split(':')[0] ?? `script ${sha}`;
}

/**
 * What a Redis call is for: its caller, and the command or script. To be asked while it is being made. The commands of a
 * transaction are one call, named when its EXEC is sent; null before that.
 */
export class Namer {
  readonly #transactions = new WeakMap<Redis, string[]>();

  nameOf(client: Redis, command: Command): string | null {
    const call = called(client, command);
    if (call === 'multi') this.#transactions.set(client, []);
    const open = this.#transactions.get(client);
    if (open === undefined) return `${role()}: ${call}`;
    if (call === 'multi') return null;
    if (call === 'exec') {
      this.#transactions.delete(client);
      return `${role()}: ${open.join('+')}`;
    }
    open.push(call);
    return null;
  }
}
