import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver does with a request. `acts`: the delivery has taken effect there, whatever its sender hears of it. */
type Way = Readonly<{ name: string; share: number; acts: boolean; answer: (response: ServerResponse) => void }>;

/** Where groups go. */
export const GROUPS_PATH = '/groups';

/** A request that took effect and was answered. */
export const ACTS = 'acts';

const status = (code: number) => (response: ServerResponse) => void response.writeHead(code).end();

/** Three of ten requests fail without effect; some others take effect, and their sender never hears of it. */
const WAYS: readonly Way[] = [
  { name: 'answers 503', share: 0.15, acts: false, answer: status(503) },
  { name: 'answers 429', share: 0.05, acts: false, answer: status(429) },
  { name: 'hangs up', share: 0.05, acts: false, answer: (response) => void response.socket?.destroy() },
  { name: 'never answers', share: 0.05, acts: false, answer: () => undefined },
  { name: 'acts, and never answers', share: 0.05, acts: true, answer: () => undefined },
  { name: 'acts, and hangs up', share: 0.03, acts: true, answer: (response) => void response.socket?.destroy() },
  { name: ACTS, share: 1, acts: true, answer: status(200) },
];

/** The way that a number in [0, 1) picks. */
function wayOf(dice: number): Way {
  let left = dice;
  for (const way of WAYS) {
    left -= way.share;
    if (left < 0) return way;
  }
  throw new Error('the shares of all ways are less than 1');
}

/** A request. `program`: the process that sent it; `at` in ms of Unix; `acts`: it took effect. */
export type Arrival = Readonly<{ at: number; program: number; way: string; acts: boolean }>;

/** Receivers on loopback that fail now and then, by dice. */
export class Receivers {
  /** What came, by idempotency key. */
  readonly arrivals = new Map<string, Arrival[]>();
  /** Requests by what became of them. */
  readonly counts = new Map<string, number>();
  /** Ids of the firings in each group that took effect, by idempotency key. */
  readonly groups = new Map<string, readonly string[]>();
  /** Tries of a group that brought other firings than the one before. */
  changed = 0;
  /** Requests that had no idempotency key, or another one than their id. */
  nameless = 0;
  readonly #server: Server;
  readonly #random: () => number;

  private constructor(random: () => number) {
    this.#random = random;
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('error', () => undefined);
      request.on('data', (part: Buffer) => {
        body += part.toString('utf8');
      });
      request.once('end', () => this.#take(request, body, response));
    });
  }

  static async start(random: () => number): Promise<Receivers> {
    const receivers = new Receivers(random);
    await new Promise<void>((resolve) => receivers.#server.listen(0, '127.0.0.1', resolve));
    return receivers;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take({ headers, url }: IncomingMessage, body: string, response: ServerResponse): void {
    const way = wayOf(this.#random());
    this.counts.set(way.name, (this.counts.get(way.name) ?? 0) + 1);
    const key = String(headers['idempotency-key'] ?? '');
    if (key === '' || key !== headers['webhook-id']) this.nameless += 1;
    const arrivals = this.arrivals.get(key) ?? [];
    arrivals.push({ at: Date.now(), program: Number(headers['x-program']), way: way.name, acts: way.acts });
    this.arrivals.set(key, arrivals);
    if (way.acts && url === GROUPS_PATH) this.#takeGroup(key, body);
    way.answer(response);
  }

  #takeGroup(key: string, body: string): void {
    const { data } = JSON.parse(body) as { data: { group: { firings: readonly { id: string }[] } } };
    const ids = data.group.firings.map(({ id }) => id);
    const before = this.groups.get(key);
    if (before !== undefined && before.join() !== ids.join()) this.changed += 1;
    this.groups.set(key, ids);
  }
}
