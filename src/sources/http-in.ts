import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { InvalidDocument, reasonOf } from '../errors.ts';
import type { Counts } from '../measure/counts.ts';
import type { Incoming } from '../model/incoming.ts';
import { challengeIn } from '../model/presets/slack.ts';
import type { Received, ReceiveOptions, SealedEvent } from '../producer/receiving.ts';
import type { Unmapped } from '../redis/steps/note-unmapped.ts';
import { invalid, later, type Reply, refusal, tryLater } from './answer.ts';
import { type BodyEntry, type BodyForm, bodyForm, readBody } from './http-body.ts';
import { type Made, made } from './made.ts';
import { Rate } from './rate.ts';
import { BodyRoom, type Unread } from './receive-body.ts';
import type { SentSources } from './sent-sources.ts';
import { SIGNATURE_HEADERS, signatureRefused, tokenRefused } from './signatures.ts';
import type { WayIn } from './way-in.ts';

/** How long a sender waits for Redis: services give up after 5 to 30 s. */
const REDIS_PATIENCE_MS = 4_000;

/** When to come back where bodies of others take all room. */
const ROOM_RETRY_MS = 1_000;

/** How often the log says the same of one source. */
const TELL_EVERY_MS = 60_000;

/** Where what came in goes. */
export type HttpInlet = Readonly<{
  receive: (events: readonly SealedEvent[], options: ReceiveOptions) => Promise<Received[]>;
  noteUnmapped: (unmapped: Unmapped, keepMs: number) => Promise<unknown>;
}>;

export type HttpInParts = Readonly<{
  inlet: HttpInlet;
  /** The ways in as they are now, by their paths */
  ways: () => ReadonlyMap<string, WayIn>;
  /** How long what came is known by its id, in ms */
  keepMs: number;
  /** Where what came in is counted, by source and what became of it */
  counts: Pick<Counts, 'add'>;
  /** Where it is counted for all to see */
  sent: Pick<SentSources, 'count'>;
  logger: Logger;
  nowMs: () => number;
}>;

/** Answers requests that bring events; with 202 only what is kept. */
export class HttpIn {
  readonly #parts: HttpInParts;
  readonly #room = new BodyRoom();
  readonly #rates = new Map<string, Rate>();
  readonly #told = new Map<string, number>();

  constructor(parts: HttpInParts) {
    this.#parts = parts;
  }

  /** @param arrived called once all of the request has come */
  async answer(request: IncomingMessage, arrived: () => void, go: () => void): Promise<Reply> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const way = this.#parts.ways().get(path);
    if (way === undefined) return refusal(404, 'there is no source at this path');
    const headers = headersOf(request);
    const refused = this.#before(way, request.method ?? '', headers);
    if (refused) return this.#refused(way, refused);
    const form = bodyForm(headers) as BodyForm;
    go();
    const read = await this.#room.read(request, way.name, way.maxBytes);
    arrived();
    if (typeof read === 'string') return this.#refused(way, unread(read, way));
    try {
      const answer = await this.#withBody(way, { headers, body: read.body, form });
      return answer.status < 400 ? answer : this.#refused(way, answer);
    } finally {
      read.free();
    }
  }

  /** What can be refused before the body has come. */
  #before(way: WayIn, method: string, headers: Incoming['headers']): Reply | null {
    if (method !== 'POST') return refusal(405, 'events are sent by POST', { allow: 'POST' });
    // Browsers send it, and none of their pages has any business here.
    if (headers.origin !== undefined) return refusal(403, 'pages of browsers may not send events');
    const waitMs = this.#rateOf(way)?.waitMs(this.#parts.nowMs()) ?? 0;
    if (waitMs > 0) return later(429, `more than ${way.rate} events a second`, waitMs);
    const token = way.tokens.length > 0 ? tokenRefused(way.tokens, headers) : null;
    if (token !== null) return refusal(401, `the request ${token}`, { 'www-authenticate': 'Bearer' });
    const signature = way.signed && SIGNATURE_HEADERS[way.signed.scheme];
    if (signature !== null && headers[signature] === undefined)
      return refusal(401, `the request has no header ${signature}`);
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
      return refusal(415, 'bodies are taken as they are, without content-encoding');
    const form = bodyForm(headers);
    if (form === null)
      return refusal(415, 'content-type must be application/json, application/x-ndjson or one of CloudEvents');
    // Somebody who has seen one signed body could bring it as any other event.
    if (form === 'binary' && way.signed !== null)
      return refusal(415, 'no signature is of the headers ce-…: a signed CloudEvent is sent in structured mode');
    const { 'content-length': length, 'transfer-encoding': transfer } = headers;
    if (length === undefined && transfer === undefined) return refusal(411, 'content-length is required');
    return Number(length ?? 0) > way.maxBytes ? tooLong(way) : null;
  }

  async #withBody(
    way: WayIn,
    { headers, body, form }: Readonly<{ headers: Incoming['headers']; body: Buffer; form: BodyForm }>,
  ): Promise<Reply> {
    const { nowMs, logger } = this.#parts;
    if (way.signed !== null) {
      const { scheme, secrets } = way.signed;
      const wrong = signatureRefused(scheme, secrets, { headers, body, nowMs: nowMs() });
      if (wrong !== null) return refusal(401, `the request ${wrong}`);
    }
    let entries: BodyEntry[];
    let events: Made;
    try {
      entries = readBody(form, headers, body);
      const challenge = way.preset === 'slack' ? challengeIn(entries[0]?.entry) : null;
      if (challenge !== null) return { status: 200, body: challenge };
      events = made(way, entries, withoutSecrets(headers), nowMs());
      if (way.strict && events.problems.length > 0) return invalid(events.problems);
    } catch (error) {
      if (error instanceof InvalidDocument) return invalid(error.problems);
      throw error;
    }
    try {
      return await this.#take(way, events);
    } catch (error) {
      const answer = tryLater(error);
      if (answer === null) throw error;
      logger.debug({ source: way.name, error: reasonOf(error) }, 'events are refused for now');
      return answer;
    }
  }

  async #take(way: WayIn, { events, unmapped }: Made): Promise<Reply> {
    const { inlet, keepMs, counts: counted, sent, logger } = this.#parts;
    this.#rateOf(way)?.take(events.length);
    const received = events.length === 0 ? [] : await inlet.receive(events, { keepMs, timeoutMs: REDIS_PATIENCE_MS });
    let letters = 0;
    for (const one of unmapped) if ((await inlet.noteUnmapped(one, keepMs)) === 'noted') letters += 1;
    const repeated = received.filter((one) => one.repeated).length;
    const counts = { accepted: received.length - repeated, repeated, dead: unmapped.length };
    sent.count(way.name, { events: counts.accepted, letters });
    counted.add(way.name, 'accepted', counts.accepted);
    counted.add(way.name, 'repeated', counts.repeated);
    counted.add(way.name, 'dead_letter', counts.dead);
    logger.debug({ source: way.name, ...counts }, 'events came in');
    const [first] = unmapped;
    if (first) this.#tell(way.name, first.reason, 'what came in does not map, it is a dead letter');
    // Slack shows what a command gets as an answer, and takes 200 alone there.
    return way.preset === 'slack' ? { status: 200, body: '' } : { status: 202, body: counts };
  }

  #refused(way: WayIn, answer: Reply): Reply {
    const { body, status } = answer;
    this.#parts.counts.add(way.name, 'refused');
    if (typeof body !== 'string') this.#tell(way.name, `${status} ${String(body.error)}`, 'what came in is refused');
    return answer;
  }

  /** A line of the log, once in a while for each source and sentence. */
  #tell(source: string, reason: string, sentence: string): void {
    const nowMs = this.#parts.nowMs();
    const key = `${source} ${sentence}`;
    if (nowMs - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
    this.#told.set(key, nowMs);
    this.#parts.logger.warn({ source, reason }, sentence);
  }

  #rateOf({ name, rate }: WayIn): Rate | null {
    if (rate === null) return null;
    const known = this.#rates.get(name);
    if (known?.perSecond === rate) return known;
    const fresh = new Rate(rate, this.#parts.nowMs());
    this.#rates.set(name, fresh);
    return fresh;
  }
}

/** What maps may see of the headers. */
function withoutSecrets({ authorization: _, cookie: __, ...headers }: Incoming['headers']): Incoming['headers'] {
  return headers;
}

function unread(why: Unread, way: WayIn): Reply {
  if (why === 'too-long') return tooLong(way);
  if (why === 'no-room') return later(503, 'too much is being sent at once', ROOM_RETRY_MS);
  return refusal(408, 'the body did not come to its end');
}

function tooLong({ maxBytes }: WayIn): Reply {
  return refusal(413, `a body may have ${maxBytes} bytes`);
}

/** Headers of a request, of which node joins what came twice. */
function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}
