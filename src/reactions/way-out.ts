import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { type BlockList, isIP, type LookupFunction } from 'node:net';
import { reasonOf } from '../errors.ts';
import { FailedForGood, TryAgain } from '../relay/outcome.ts';
import { mayConnect } from './addresses.ts';

/** Redirects that are followed. */
const MOST_REDIRECTS = 3;

/**
 * What is read of a response, and what is kept of it, in bytes: far more than people are shown, since a secret that is cut in two could not
 * be found and taken out.
 */
const READ_LIMIT = 65_536;
const KEPT_LIMIT = 16_384;

/** Headers that go to another host when a request is sent on: what the receiver needs to read and recognise it, and nothing secret. */
const HARMLESS = new Set([
  'content-type',
  'user-agent',
  'idempotency-key',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
]);

/** Resolves a name to addresses, as `dns.lookup` with `all`. */
export type ResolveHost = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export type WayOutParts = Readonly<{
  /** Networks beside the public ones that URLs of documents may lead to */
  allowed: BlockList;
  /** Another resolver, for tests */
  resolve?: ResolveHost;
  /** Certificates of authorities beside the usual ones, for tests and networks of their own */
  ca?: string;
}>;

/** `trusted`: the URL stands in the targets file, so its host may be anywhere. Redirects never are, and stay on that host. */
export type Outgoing = Readonly<{
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  timeoutMs: number;
  trusted: boolean;
}>;

/** What came back; `body`: its beginning. */
export type HttpAnswer = Readonly<{ status: number; retryAfter: string | null; body: string }>;

/**
 * Sends requests to where documents and targets say, and nowhere else: every address is judged when it is connected to, so a name that
 * resolves to another address the next time gains nothing.
 */
export class WayOut {
  readonly #parts: WayOutParts;

  constructor(parts: WayOutParts) {
    this.#parts = parts;
  }

  /**
   * Sends one request, and follows its redirects.
   * @throws FailedForGood when it may not go there; TryAgain when the network or time fails it
   */
  async send(outgoing: Outgoing): Promise<HttpAnswer> {
    const deadline = AbortSignal.timeout(outgoing.timeoutMs);
    let hop = outgoing;
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#request(hop, deadline);
      const next = redirectOf(response, hop);
      if (next === null) return await answerOf(response);
      response.destroy();
      // What a target gets may hold its key, in the body too: another host has no part in that.
      if (outgoing.trusted && next.url.hostname !== outgoing.url.hostname) {
        throw new FailedForGood(`answered ${response.statusCode}: it redirects to another host, ${next.url.hostname}`);
      }
      if (redirects === MOST_REDIRECTS) throw new FailedForGood(`redirects more than ${MOST_REDIRECTS} times`);
      hop = next;
    }
  }

  #request(hop: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, method, headers, body, trusted } = hop;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (!trusted && isIP(host) !== 0 && !mayConnect(host, this.#parts.allowed)) throw refusal(host, []);
    const { ca } = this.#parts;
    return new Promise((resolve, reject) => {
      const options = {
        method,
        headers: { ...headers, ...(body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
        signal,
        // A connection of its own: one that is kept was judged for another request.
        agent: false as const,
        lookup: this.#lookup(trusted),
        ...(ca === undefined ? {} : { ca }),
      };
      try {
        const sent = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options, resolve);
        sent.on('error', (error) => reject(failure(error, signal)));
        // Else node closes the connection of an answer 101 without a word, and the delivery would hold its place for ever.
        sent.on('upgrade', ({ statusCode }, socket) => {
          socket.destroy();
          reject(new FailedForGood(`answered ${statusCode}: it wants another protocol`));
        });
        sent.on('close', () => reject(new TryAgain('the connection was closed without an answer')));
        sent.end(body ?? undefined);
      } catch (error) {
        // Node refuses headers that would break the request.
        reject(new FailedForGood(`the request cannot be sent: ${reasonOf(error)}`));
      }
    });
  }

  /** Gives a connection only addresses that it may use. */
  #lookup(trusted: boolean): LookupFunction {
    const resolve = this.#parts.resolve ?? (systemLookup as ResolveHost);
    return (hostname, options, done) => {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return done(error, '', 0);
        const good = addresses.filter(({ address }) => trusted || mayConnect(address, this.#parts.allowed));
        const [first] = good;
        if (!first) return done(refusal(hostname, addresses), '', 0);
        if (options.all) return (done as unknown as (error: null, all: LookupAddress[]) => void)(null, good);
        done(null, first.address, first.family);
      });
    };
  }
}

function refusal(host: string, addresses: readonly LookupAddress[]): FailedForGood {
  const found = addresses.length === 0 ? '' : ` (${addresses.map(({ address }) => address).join(', ')})`;
  return new FailedForGood(
    `${host}${found} is no public address: name it in the targets file, or allow its network by --allow-net`,
  );
}

function failure(error: Error, signal: AbortSignal): Error {
  if (error instanceof FailedForGood) return error;
  if (signal.aborted) return new TryAgain('timed out');
  const { code } = error as NodeJS.ErrnoException;
  // A certificate that is wrong now may be renewed: it is tried again.
  return new TryAgain(code === undefined ? reasonOf(error) : `${code}: ${reasonOf(error)}`);
}

/**
 * Where a response sends the request on; null when it does not. Only 307 and 308 keep method and body: after the others a GET would
 * follow, which delivers nothing.
 */
function redirectOf({ statusCode: status = 0, headers }: IncomingMessage, hop: Outgoing): Outgoing | null {
  const { location } = headers;
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return null;
  if (status < 307 && hop.method !== 'GET')
    throw new FailedForGood(`answered ${status}: it redirects, and would drop the body`);
  const url = URL.parse(location, hop.url.href);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new FailedForGood(`answered ${status}: it redirects to no http or https URL`);
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new FailedForGood(`answered ${status}: it redirects from https to http`);
  }
  url.username = '';
  url.password = '';
  const same = url.origin === hop.url.origin;
  const kept = Object.entries(hop.headers).filter(([name]) => same || HARMLESS.has(name.toLowerCase()));
  return { ...hop, url, headers: Object.fromEntries(kept), trusted: false };
}

/**
 * Reads the beginning of a response. What it does not end in time, when its request is aborted, or beyond the limit, is left unread: the
 * status says how it went.
 */
async function answerOf(response: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length >= READ_LIMIT) break;
    }
  } catch {
    // It was cut off.
  } finally {
    response.destroy();
  }
  const body = Buffer.concat(parts).subarray(0, KEPT_LIMIT).toString('utf8');
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null, body };
}
