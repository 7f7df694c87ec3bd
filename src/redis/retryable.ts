import { ScriptMismatch, UnexpectedAnswer, UnreadableState } from '../errors.ts';

/**
 * First words of errors by which Redis (or Valkey) says that it cannot work now, or not for us, whatever was asked: it starts,
 * is full, is a replica, cannot save, lost its replicas, its primary or its slots, is busy, refuses a right or lost a group.
 */
const STATES: ReadonlySet<string> = new Set([
  'LOADING',
  'OOM',
  'READONLY',
  'MISCONF',
  'NOREPLICAS',
  'NOGOODSLAVE',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'CROSSSLOT',
  'BUSY',
  'NOSCRIPT',
  'NOGROUP',
  'UNBLOCKED',
  'NOAUTH',
  'NOPERM',
  'WRONGPASS',
  'NOPROTO',
  // What a call needs in Redis was removed or written over by others (lua/include/damage.lua).
  'DAMAGED',
]);

/**
 * Errors without a word of their own that mean the same. A producer can use up the ids of the log: workers set them straight within a second
 * (lua/straighten.lua). Then how Redis 7.0 refuses rights within a script, and how a script hears that its slot moves or has no primary. */
const GENERAL =
  /^ERR (max number of clients|unknown command|operation not permitted|The stream has exhausted the last possible ID|The user executing the script can't |Script attempted to (access a non local key|execute a (write )?command while the cluster))/i;

/** A key of the engine that others wrote over, by its name (lua/include/typed.lua): no entry is to blame. */
const NAMED_KEY = /^WRONGTYPE \{.+ is a \w+, not a \w+/;

/** What the client says of connections: they broke, were not made in time, or were closed by us. */
const CONNECTION =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Socket timeout|Reached the max retries per request|Command aborted|Blocking command timed out|All sentinels are|Failed to refresh slots|None of startup nodes|Too many Cluster redirections|Cluster is |Protocol error|connect |read E|write E|getaddrinfo )/i;

/** Names of the client's errors of that kind. */
const NAMES: ReadonlySet<string> = new Set([
  'AbortError',
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
  'ParserError',
  'TimeoutError',
  'InterruptError',
]);

/** Codes of the system for connections that fail. */
const CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ERR_SOCKET_CLOSED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
]);

/**
 * Whether an error, or its text as a script caught it, comes from the infrastructure. Such an error says nothing about the request,
 * so the request is repeated later and never given up. Every other error is blamed on the request. Only this function decides it.
 */
export function isInfrastructure(error: unknown): boolean {
  if (typeof error === 'string') return ofText(error);
  if (!(error instanceof Error)) return false;
  // This program and the scripts disagree, or others wrote over the state: no request is to blame.
  if ([UnexpectedAnswer, ScriptMismatch, UnreadableState].some((kind) => error instanceof kind)) return true;
  const { code, name } = error as Error & { code?: unknown };
  if (NAMES.has(name) || (typeof code === 'string' && CODES.has(code))) return true;
  if (error instanceof AggregateError) return error.errors.some(isInfrastructure);
  return ofText(error.message);
}

function ofText(message: string): boolean {
  // Some servers and clients put a minus or the name of the script in front, and an error that a script throws on gets one more ERR.
  const text = message.replace(/^-?(ERR (?=[A-Z]+ ))?/, '').trimStart();
  const [word = ''] = text.split(/[\s:,]/, 1);
  return STATES.has(word) || GENERAL.test(text) || NAMED_KEY.test(text) || CONNECTION.test(text);
}

/** Whether a consumer group, or its stream, is not there. */
export function isMissingGroup(error: unknown): boolean {
  return error instanceof Error && /^(NOGROUP |ERR no such key)/.test(error.message);
}
