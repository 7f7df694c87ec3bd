/** The codes of all errors, as they stand in logs and in `error.code`. Never reuse or rename one: people match on them. */
export type ErrorCode =
  | 'INVALID_DOCUMENT'
  | 'REDIS_MISSING'
  | 'PORT_TAKEN'
  | 'ALREADY_RUNNING'
  | 'REDIS_NOT_STARTED'
  | 'UNSAFE_FOLDER'
  | 'REDIS_UNREACHABLE'
  | 'UNPROTECTED'
  | 'WRONG_FORMAT'
  | 'CANNOT_MIGRATE'
  | 'CANNOT_REPARTITION'
  | 'WORKERS_ALIVE'
  | 'SCRIPT_MISMATCH'
  | 'UNEXPECTED_ANSWER'
  | 'UNREADABLE_STATE'
  | 'NOT_FOUND'
  | 'AMBIGUOUS'
  | 'CONFLICT'
  | 'OVERLOADED'
  | 'NOT_DURABLE'
  | 'UNANSWERED'
  | 'DURABILITY_UNAVAILABLE';

/** What every error of Watchfire has in common: a stable `code` beside the sentence for people. */
export class WatchfireError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Room for a key at the bottom of the deepest trigger tree; a hostile label name could otherwise fill the log. */
const PATH_LIMIT = 500;

/** The same for the offending value, of which people need to see only the beginning. */
const VALUE_LIMIT = 80;

/** Problems of one document that are kept: more than anybody reads at once, and a bound on what a hostile document can ask for. */
const PROBLEMS_LIMIT = 100;

/**
 * A document from outside breaks a rule (rules 2 and 5.5). The message is `path: reason`; `value` shows the beginning
 * of what stood there, as JSON, and is empty when nothing stood there.
 */
export class InvalidDocument extends WatchfireError {
  readonly path: string;
  readonly reason: string;
  readonly value: string;
  #others: readonly InvalidDocument[] = [];

  constructor(path: string, reason: string, value?: unknown) {
    const shortPath = shorten(path, PATH_LIMIT);
    super('INVALID_DOCUMENT', `${shortPath}: ${reason}`);
    this.path = shortPath;
    this.reason = reason;
    this.value = quote(value);
  }

  /** All problems that were found in an automation, this one first. Where reading ends at the first problem, it is the only one. */
  get problems(): readonly InvalidDocument[] {
    return [this, ...this.#others];
  }

  /** The first of several problems of one document, which knows the others. */
  static first(problems: readonly [InvalidDocument, ...InvalidDocument[]]): InvalidDocument {
    const [first, ...others] = problems;
    first.#others = others.slice(0, PROBLEMS_LIMIT - 1);
    return first;
  }
}

/** There is no Redis server on this machine and none could be installed; the message says how to get one. */
export class RedisMissing extends WatchfireError {
  constructor(message: string) {
    super('REDIS_MISSING', message);
  }
}

/** The port for a private Redis is in use by something that is not ours. */
export class PortTaken extends WatchfireError {
  constructor(port: number, user: string) {
    super('PORT_TAKEN', `port ${port} is in use by ${user}; choose another one with --port`);
  }
}

/** A private Redis runs already on the same data. */
export class AlreadyRunning extends WatchfireError {
  readonly url: string;

  constructor(dir: string, url: string) {
    super('ALREADY_RUNNING', `Watchfire is already running on ${dir}, its Redis is at ${url}`);
    this.url = url;
  }
}

/** A private Redis ended, or did not answer, while it was being started; the message holds its last words. */
export class RedisNotStarted extends WatchfireError {
  constructor(message: string) {
    super('REDIS_NOT_STARTED', message);
  }
}

/** The folder for the data of a private Redis is not ours alone. */
export class UnsafeFolder extends WatchfireError {
  constructor(dir: string, reason: string) {
    super('UNSAFE_FOLDER', `${dir} is no safe place for data: ${reason}; choose another folder with --dir`);
  }
}

/** No Redis can be used at an address; the message says where, why and what to do. */
export class RedisUnreachable extends WatchfireError {
  constructor(message: string) {
    super('REDIS_UNREACHABLE', message);
  }
}

/** A Redis on another machine lets everybody in. */
export class Unprotected extends WatchfireError {
  constructor(address: string) {
    super(
      'UNPROTECTED',
      `Redis at ${address} is not on this machine and lets everybody in: give it a password ("watchfire acl" prints users ` +
        'with the least rights), or allow this by --allow-unprotected (in a program: allowUnprotected)',
    );
  }
}

/** The state in a namespace was written by another version, which this one would misread. Nothing was changed. */
export class WrongFormat extends WatchfireError {
  /** Which version wrote it: an earlier one or a later one. */
  readonly writer: 'older' | 'newer';
  /** The two halves of the message: what is there, and what to do. */
  readonly finding: string;
  readonly advice: string;

  /** @param found the number that stands in Redis, null for none; `own`: the number that this version writes */
  constructor(namespace: string, writer: 'older' | 'newer', found: string | null, own: string) {
    const by = found === null ? 'Watchfire 0.1.0' : `${writer === 'older' ? 'an earlier' : 'a later'} version`;
    const form = found === null ? 'without a format number' : `format ${shorten(found, VALUE_LIMIT)}`;
    const finding = `the state in the namespace ${namespace} was written by ${by} (${form}), and this version reads format ${own} only`;
    const advice = writer === 'older' ? DRAIN : 'use the later version';
    super('WRONG_FORMAT', `${finding}: ${advice}`);
    this.writer = writer;
    this.finding = finding;
    this.advice = advice;
  }
}

/** How a namespace of an earlier version is left behind without losing anything. */
const DRAIN =
  'stop its workers, then "watchfire migrate" leads it over; or let the workers of that version run until its "watchfire status" shows ' +
  'that nothing waits and no window is open, then start this version in a namespace of its own (--namespace)';

/** A script and the code that calls it disagree: a fault of this program, found when it starts. */
export class ScriptMismatch extends WatchfireError {
  constructor(script: string, reason: string) {
    super('SCRIPT_MISMATCH', `lua/${script}.lua: ${reason}`);
  }
}

/** A script answered what it never should; the server probably runs something else under its name. */
export class UnexpectedAnswer extends WatchfireError {
  constructor(script: string, answer: unknown) {
    super('UNEXPECTED_ANSWER', `lua/${script}.lua answered ${quote(answer)}`);
  }
}

/** What stands in a key of the engine is not what the engine writes there: somebody else did. The message says where and what is wrong. */
export class UnreadableState extends WatchfireError {
  readonly key: string;
  readonly field: string;

  constructor(key: string, field: string, reason: string, advice = 'put or delete this automation') {
    super('UNREADABLE_STATE', `${key}, field ${quote(field)}: ${reason}; ${advice}`);
    this.key = key;
    this.field = field;
  }
}

/** There is no automation with that id or name, or nothing else of that id. */
export class NotFound extends WatchfireError {
  constructor(id: string, what = 'automation') {
    super('NOT_FOUND', `there is no ${what} ${quote(id)}`);
  }
}

/** Several automations have the name; only their ids differ. */
export class Ambiguous extends WatchfireError {
  constructor(name: string, ids: readonly string[]) {
    super('AMBIGUOUS', `${ids.length} automations are named ${quote(name)}; use an id: ${ids.join(', ')}`);
  }
}

/** Others changed the definitions so often that this change never got its turn. */
export class Conflict extends WatchfireError {
  constructor() {
    super('CONFLICT', 'the definitions are being changed by others all the time; try again');
  }
}

/** It could not be done now; the same is worth trying again in `retryAfterMs`, and not before. */
export class TryLater extends WatchfireError {
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(code, `${message}; try again in ${seconds(retryAfterMs)}`, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What keeps events out: too many that are not applied, or too little memory, by our bound or by Redis' own. */
export type Overload = 'backlog' | 'memory' | 'out-of-memory';

/** More than can be taken now. Nothing was added. */
export class Overloaded extends TryLater {
  readonly reason: Overload;

  constructor(reason: Overload, message: string, retryAfterMs: number) {
    super('OVERLOADED', `${message}, so nothing was added`, retryAfterMs);
    this.reason = reason;
  }
}

/**
 * It is not known to be kept as the durability mode asks. `added`: `'no'` when it is certainly not there; `'perhaps'` when it
 * may stay, or go with a failover. `id`: of the event, when it was one: sent again with this id it counts once.
 */
export class NotDurable extends TryLater {
  readonly added: 'no' | 'perhaps';
  readonly id: string | null;

  constructor(added: 'no' | 'perhaps', message: string, retryAfterMs: number, id: string | null = null) {
    super('NOT_DURABLE', message, retryAfterMs);
    this.added = added;
    this.id = id;
  }
}

/** Where a Redis is, and why it was not reached of late; null when it was. */
export type Away = Readonly<{ address: string; reason: string | null }>;

/**
 * Redis did not answer in the time that `emit` was given. `added`: `'no'` when nothing was sent; `'perhaps'` when the event may be in the
 * log, or enter it when the connection comes back. `id`: of the event: sent again with this id it counts once.
 */
export class Unanswered extends TryLater {
  readonly added: 'no' | 'perhaps';
  readonly id: string;

  constructor(added: 'no' | 'perhaps', timeoutMs: number, id: string, retryAfterMs: number, redis: Away) {
    const why = redis.reason === null ? '' : ` (${redis.reason})`;
    const state = added === 'no' ? 'so nothing was added' : 'and it is unknown whether the event was added or will be';
    const sentence = `Redis at ${redis.address} did not answer within ${timeoutMs} ms${why}, ${state}: sent again with the id ${shorten(id, VALUE_LIMIT)} it counts once`;
    super('UNANSWERED', sentence, retryAfterMs);
    this.added = added;
    this.id = id;
  }
}

/** This Redis, as it is set up, cannot give what the durability mode promises; the message says what to change. */
export class DurabilityUnavailable extends WatchfireError {
  constructor(message: string) {
    super('DURABILITY_UNAVAILABLE', message);
  }
}

function seconds(ms: number): string {
  return `${ms < 9_950 ? (ms / 1_000).toFixed(1) : Math.round(ms / 1_000)} s`;
}

function quote(value: unknown): string {
  if (typeof value === 'string') return shorten(JSON.stringify(value.slice(0, VALUE_LIMIT)), VALUE_LIMIT);
  // Objects are named, not shown: writing out a large or cyclic one only to cut it off could cost more than the refusal.
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === undefined ? '' : shorten(String(value), VALUE_LIMIT);
}

function shorten(text: string, limit: number): string {
  const kept = text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
  return kept.toWellFormed();
}

/** Longest text of an error that is logged or stored: enough for what Redis and BullMQ say, too short to carry a document. */
const LONGEST_REASON = 200;

/**
 * What went wrong, in one line that is safe to log and to store: never the error object itself, because errors of ioredis carry
 * `command.args`, and never the arguments that Redis repeats when it does not know a command.
 * @param redacted takes out secrets: before the text is cut, since a part of one could not be found any more
 */
export function reasonOf(error: unknown, redacted = (text: string): string => text): string {
  const [line = ''] = redacted(error instanceof Error ? error.message || error.name : String(error)).split('\n', 1);
  return (line.split(', with args beginning with', 1)[0] ?? line).slice(0, LONGEST_REASON);
}
