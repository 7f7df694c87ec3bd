import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ConsoleRefusal } from './refusal.ts';

/** Sessions at a time: many more than people who look; the oldest one ends. */
const SESSIONS = 200;
const SESSION_MS = 12 * 3_600_000;

/** Wrong tokens within a minute after which all wait: a token cannot be guessed anyway, and logs stay short. */
const WRONG_TOKENS = 20;
const MINUTE_MS = 60_000;

export const COOKIE = 'watchfire_console';

/** Names by which a browser on this machine reaches it. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

/** `loopback`: it listens on this machine alone. `token`: null for none; then nothing can be changed. */
export type AccessRules = Readonly<{ loopback: boolean; token: string | null; allowChanges: boolean }>;

/** What a request may do. */
export type RequestRights = Readonly<{ look: boolean; change: boolean; known: boolean }>;

/**
 * Says what requests may do. Pages of other origins get nothing: what they ask for is refused by what browsers say of them, and the
 * cookie is never sent with it. Names that were bent to this machine are refused by the header `Host`.
 */
export class Access {
  readonly rules: AccessRules;
  readonly #sessions = new Map<string, number>();
  readonly #nowMs: () => number;
  #wrong: number[] = [];

  constructor(rules: AccessRules, nowMs: () => number = () => performance.now()) {
    this.rules = rules;
    this.#nowMs = nowMs;
  }

  /** @throws ConsoleRefusal for a request that no page of this console, and no program of a person, sends */
  admit(request: IncomingMessage): void {
    const { host = '', origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (!this.isRightName(request)) throw new ConsoleRefusal(421, 'is asked for under another name');
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new ConsoleRefusal(403, 'pages of other origins get nothing');
    }
    if (origin !== undefined && !isSame(origin, host))
      throw new ConsoleRefusal(403, 'pages of other origins get nothing');
    if (request.method === 'POST' && origin === undefined && site !== undefined && site !== 'same-origin') {
      throw new ConsoleRefusal(403, 'pages of other origins get nothing');
    }
  }

  /** Whether it is asked for by a name of this machine; where it listens elsewhere, names are not known. */
  isRightName({ headers: { host = '' } }: IncomingMessage): boolean {
    return !this.rules.loopback || LOOPBACK.test(host);
  }

  rightsOf(request: IncomingMessage): RequestRights {
    const known = this.#isBearer(request) || this.#sessionOf(request) !== null;
    const { loopback, token, allowChanges } = this.rules;
    return { look: loopback || known, change: allowChanges && token !== null && known, known };
  }

  /** Metrics hold names of automations and queues, so they are hidden as the console is; what asks for health alone has no token. */
  hidesMetrics(request: IncomingMessage): boolean {
    return /^\/metrics(?:$|\?)/.test(request.url ?? '') && !this.rightsOf(request).look;
  }

  /** Begins a session by the token. @returns the header `set-cookie` @throws ConsoleRefusal for a wrong one */
  open(given: string): string {
    const now = this.#nowMs();
    this.#wrong = this.#wrong.filter((at) => at > now - MINUTE_MS);
    if (this.#wrong.length >= WRONG_TOKENS)
      throw new ConsoleRefusal(429, 'too many wrong tokens; try again in a minute');
    if (!this.#isToken(given)) {
      this.#wrong.push(now);
      throw new ConsoleRefusal(401, 'this is not the token');
    }
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(digestOf(id), now + SESSION_MS);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return cookie(id, SESSION_MS / 1_000);
  }

  /** Ends the session of a request. @returns the header `set-cookie` */
  close(request: IncomingMessage): string {
    const digest = this.#sessionOf(request);
    if (digest !== null) this.#sessions.delete(digest);
    return cookie('', 0);
  }

  #isToken(given: string): boolean {
    const { token } = this.rules;
    // Digests have one length, whatever was given.
    return token !== null && timingSafeEqual(sha256(given), sha256(token));
  }

  #isBearer({ headers: { authorization = '' } }: IncomingMessage): boolean {
    const [, given] = /^Bearer (\S{1,1024})$/.exec(authorization) ?? [];
    return given !== undefined && this.#isToken(given);
  }

  #sessionOf({ headers: { cookie: cookies = '' } }: IncomingMessage): string | null {
    const pair = cookies.split(/; */).find((one) => one.startsWith(`${COOKIE}=`));
    if (pair === undefined) return null;
    // Looked up by its digest, so that the time that takes says nothing of it.
    const digest = digestOf(pair.slice(COOKIE.length + 1));
    const untilMs = this.#sessions.get(digest);
    return untilMs !== undefined && untilMs > this.#nowMs() ? digest : null;
  }
}

function isSame(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function cookie(value: string, seconds: number): string {
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function digestOf(text: string): string {
  return sha256(text).toString('base64');
}
