import type { Redis, RedisOptions } from 'ioredis';
import { RedisUnreachable } from '../errors.ts';
import { publicUrl } from './address.ts';
import { type ClientOptions, clientOf } from './client.ts';
import { clusterOf } from './cluster.ts';
import { FAREWELL_MS } from './given.ts';
import { knownReason, stateInWords } from './reason.ts';
import { redact } from './redact.ts';

/** A server that can be used answers in milliseconds; a person will not wait much longer than this to learn that none does. */
const REACH_BOUND_MS = 8_000;

/** How long a short verb waits for a server that has taken its command and is silent. */
const SILENCE_BOUND_MS = 10_000;

/** How often a connection that broke is tried again when a long list is being sent: about 20 s in all. */
const PATIENT_ATTEMPTS = 12;

/** How often a command is sent again to a cluster that is not ready for it: ten times a second, so some 10 s, which a failover may take. */
const CLUSTER_ATTEMPTS = 100;
const PATIENT_CLUSTER_ATTEMPTS = 300;

/** What ioredis says of commands whose connection has gone. */
const CLOSED = 'Connection is closed.';

/** What can be done about an address that does not work; each is the end of a sentence. */
type Advice = Readonly<{ password: string; address: string; another: string; authority: string }>;

/** For a person at the command line. */
const COMMAND_ADVICE: Advice = {
  password:
    'give it in REDIS_URL or REDISCLI_AUTH; that of "watchfire start" stands in the file password of its folder',
  address: 'start one by "npm start" or "watchfire start", or name another by --redis or REDIS_URL',
  another: 'name another by --redis or REDIS_URL',
  authority: 'name the CA by --tls-ca',
};

/** For a program that calls a function with the options `redis` and `tls`. */
export const PROGRAM_ADVICE: Advice = {
  password:
    'give it as redis: \'redis://:PASSWORD@host:port\'; that of "npm start" stands in the file .watchfire/password of the checkout',
  address: "start one there, or give another as redis: 'redis://:PASSWORD@host:port'",
  another: "give another as redis: 'redis://:PASSWORD@host:port'",
  authority: 'give the CA as tls: { ca }',
};

/** Codes of certificates that no known authority has signed. */
const UNKNOWN_SIGNER: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

export type OpenOptions = Readonly<{
  /** Whether to connect again and send again what had no answer, for some 20 s. Only for commands that may be repeated. */
  patient?: boolean;
  /** For a URL with rediss: your own CA, a client certificate. */
  tls?: RedisOptions['tls'];
  /** What errors advise; without it what a person at the command line can do. */
  advice?: Advice;
}>;

function optionsOf({ patient = false, tls }: OpenOptions): ClientOptions {
  return {
    ...(tls === undefined ? {} : { tls }),
    connectionName: 'watchfire-cli',
    attempts: patient ? PATIENT_CLUSTER_ATTEMPTS : CLUSTER_ATTEMPTS,
    lazyConnect: true,
    connectTimeout: REACH_BOUND_MS,
    socketTimeout: SILENCE_BOUND_MS,
    // The check by INFO would wait for ever for a server that takes the connection and says nothing.
    enableReadyCheck: false,
    disconnectTimeout: FAREWELL_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (patient && attempt <= PATIENT_ATTEMPTS ? Math.min(50 * 2 ** attempt, 2_000) : null),
  };
}

/**
 * Opens a connection that gives up instead of waiting, and makes sure that a Redis answers there: all within a few
 * seconds, and at once when `signal` is aborted. The caller disconnects it.
 * @throws RedisUnreachable saying where, why and what to do
 */
export async function openRedis(url: string, signal: AbortSignal, options: OpenOptions = {}): Promise<Redis> {
  signal.throwIfAborted();
  const redis = redact(clientOf(url, optionsOf(options)));
  let failure: Error | null = null;
  const note = (error: Error & { lastNodeError?: Error | null }): void => {
    // What a node of a cluster said says more than that none of them can be used.
    failure = error.lastNodeError ?? error;
  };
  redis.on('error', note);
  let isTaken = false;
  redis.once('connect', () => {
    isTaken = true;
  });
  const giveUp = (): void => redis.disconnect();
  const bound = setTimeout(giveUp, REACH_BOUND_MS);
  signal.addEventListener('abort', giveUp);
  try {
    await redis.connect();
    // The client uses database 0 when the one it was given does not exist.
    if (clusterOf(redis) === null && redis.options.db) await redis.select(redis.options.db);
    await redis.ping();
    return redis;
  } catch (error) {
    redis.disconnect();
    const cause = failure ?? (error as Error);
    const advice = options.advice ?? COMMAND_ADVICE;
    throw isTaken && isSilence(cause) ? hung(url, advice) : unreachable(url, cause, advice);
  } finally {
    clearTimeout(bound);
    signal.removeEventListener('abort', giveUp);
  }
}

/** Given up by us, or by the client. */
function isSilence({ code, message }: NodeJS.ErrnoException): boolean {
  return code === 'ETIMEDOUT' || message === CLOSED;
}

/** There is one, so starting another would not help. */
function hung(url: string, { another }: Advice): RedisUnreachable {
  const found = `what listens at ${publicUrl(url)} takes connections and has not answered within ${REACH_BOUND_MS / 1_000} s`;
  return new RedisUnreachable(`${found}: it is stopped, or busy with one command; look at that process, or ${another}`);
}

function unreachable(url: string, error: NodeJS.ErrnoException, advice: Advice): RedisUnreachable {
  // A server answers, and asks for something else.
  if (error.name === 'ReplyError') {
    const known = stateInWords(error.message);
    const more = /^(NOAUTH|WRONGPASS)/.test(error.message) ? advice.password : known;
    return new RedisUnreachable(`Redis at ${publicUrl(url)} refuses: ${error.message}${more ? ` (${more})` : ''}`);
  }
  return new RedisUnreachable(`cannot reach Redis at ${publicUrl(url)}: ${reasonOf(error, advice)}; ${advice.address}`);
}

function reasonOf(error: NodeJS.ErrnoException, { authority }: Advice): string {
  const { code, message } = error;
  const known = knownReason(error);
  if (known !== null) return known;
  const state = stateInWords(message);
  if (state !== null) return state;
  if (isSilence(error)) return `no answer within ${REACH_BOUND_MS / 1_000} s`;
  if (message.startsWith('Unknown RESP type')) return 'what listens there is no Redis';
  if (UNKNOWN_SIGNER.has(code ?? '')) return `its certificate is signed by nobody known here, ${authority}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another host';
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'it does not speak TLS there, which rediss: asks for';
  return message || String(code);
}

/** An error of a command whose connection was lost, or that the server could not carry out, as a sentence; any other error as it is. */
export function lostConnection(url: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const state = stateInWords(error.message);
  if (state !== null)
    return new RedisUnreachable(`Redis at ${publicUrl(url)} cannot do this now: ${state} (${error.message})`);
  if (error.message !== CLOSED) return error;
  return new RedisUnreachable(`the connection to Redis at ${publicUrl(url)} was lost`);
}
