import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Watchfire } from '../../../../src/index.ts';
import { eventually, PATIENCE_MS } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';
import { within } from '../turns.ts';

const BOUNDS = { connections: 200, requestMs: 1_000, headersMs: 500 };
const CONNECTIONS = 10_000;
/** Opened at once, more than the door holds. */
const WAVE = 400;
const EVENT = { event: 'order.failed', resource: { id: 'customer.7' } };
/** Between two bytes of a slow sender. */
const DRIP_MS = 20;

export const attack: Attack = {
  by: 'somebody who reaches the door for events',
  what: 'keeps others from sending by connections, bodies and headers without end or by senders that are slow, or gets in by odd paths',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    try {
      const { port } = await watchfire.startHttpIn('127.0.0.1:0', { bounds: BOUNDS });
      const paths = await oddPaths(port);
      await oddBodies(port);
      const honest = new Honest(port);
      await honest.during(async () => {
        await holdUp(port);
        await fillUp(port);
      });
      mustHold('each event of the honest sender is in the log once', (await honest.isIn(watchfire)) === true);
      return `${paths} odd paths, ${CONNECTIONS} connections, endless bodies and slow senders did nothing; meanwhile ${honest.sent} events came in, the slowest in ${Math.round(honest.slowestMs)} ms`;
    } finally {
      await watchfire.close();
      await server.remove();
    }
  },
};

/** Paths as they are written on the wire: clients would tidy them up. @returns how many */
async function oddPaths(port: number): Promise<number> {
  const paths = [
    '/in/../in/events',
    '//in/events',
    '/in//events',
    '/in/events/',
    '/in/events%00',
    '/in/%65vents',
    '/IN/events',
    '/in/events;x',
    '/in/events\\',
    'http://127.0.0.1/in/events',
    '/in/__proto__',
    '/in/constructor',
    '/',
    '*',
  ];
  for (const path of paths) {
    const status = await raw(port, requestOf(JSON.stringify(EVENT), { path }));
    mustHold(`there is nothing at ${path} (got ${status})`, status === 404 || status === 400);
  }
  return paths.length;
}

async function oddBodies(port: number): Promise<void> {
  const length = 'content-length: 4';
  const bodies: readonly (readonly [what: string, request: string, statuses: readonly number[]])[] = [
    ['JSON that is none', requestOf('{"event":'), [400]],
    ['JSON of a million levels', requestOf('['.repeat(1_000_000)), [400]],
    ['names of prototypes', requestOf('{"__proto__":{"event":"x","resource":{"id":"y"}}}'), [400]],
    ['a list of a million', requestOf(`[${'1,'.repeat(1_000_000)}1]`), [400]],
    ['two lengths', requestOf('{}', { more: `${length}\r\n` }), [400]],
    ['a length and parts', requestOf('{}', { more: 'transfer-encoding: chunked\r\n' }), [400]],
    ['a thousand headers', requestOf('{}', { more: 'x: y\r\n'.repeat(1_000) }), [400, 431]],
    ['a page of a browser', requestOf(JSON.stringify(EVENT), { more: 'origin: http://evil\r\n' }), [403]],
    ['a form of a page', requestOf(JSON.stringify(EVENT), { type: 'text/plain' }), [415]],
  ];
  for (const [what, request, statuses] of bodies) {
    const status = await raw(port, request);
    mustHold(`${what} is refused (got ${status})`, statuses.includes(status));
  }
  mustHold('no prototype was changed', !('event' in {}));
}

type Written = Readonly<{ path?: string; type?: string; more?: string }>;

function requestOf(body: string, { path = '/in/events', type = 'application/json', more = '' }: Written = {}): string {
  const length = Buffer.byteLength(body);
  return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n${more}\r\n${body}`;
}

/** The status that some bytes get; 0 where the connection ends without any. */
async function raw(port: number, text: string): Promise<number> {
  const socket = quiet(port);
  socket.write(text);
  let answer = '';
  socket.on('data', (part) => {
    answer += String(part);
    if (answer.includes('\r\n')) socket.destroy();
  });
  await closed(socket);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

function quiet(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => undefined);
}

/** Whatever ended it. */
const closed = (socket: Socket): Promise<void> => settled(socket, 'close');
const drained = (socket: Socket): Promise<void> => settled(socket, 'drain');
const connected = (socket: Socket): Promise<void> => settled(socket, 'connect');

async function settled(socket: Socket, event: 'close' | 'drain' | 'connect'): Promise<void> {
  if (socket.closed) return;
  await new Promise<void>((resolve) => {
    socket.once(event, () => resolve());
  });
}

/** Bodies and headers without end, and senders that never end. */
async function holdUp(port: number): Promise<void> {
  const start = 'POST /in/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  const senders = {
    'of a body of a gigabyte': `${start}content-length: 1000000000\r\n\r\n[`,
    'of headers without end': `${start}x: ${'x'.repeat(30_000)}`,
    'of headers that never end': start,
    'of a body that never comes': `${start}content-length: 10\r\n\r\n`,
    'of nothing': '',
  };
  const silent = Object.entries(senders).map(async ([sender, text]) => {
    const socket = quiet(port);
    socket.resume();
    socket.write(text);
    mustHold(`a sender ${sender} is let go in time`, await within(10 * BOUNDS.requestMs, closed(socket)));
  });
  await Promise.all([...silent, drip(port, start), flood(port, start)]);
}

/** A byte at a time. */
async function drip(port: number, start: string): Promise<void> {
  const socket = quiet(port);
  socket.resume();
  socket.write(`${start}transfer-encoding: chunked\r\n\r\n`);
  for (let spentMs = 0; !socket.destroyed && spentMs < 10 * BOUNDS.requestMs; spentMs += DRIP_MS) {
    socket.write('1\r\n[\r\n');
    await pause(DRIP_MS);
  }
  mustHold('a sender of one byte at a time is let go in time', socket.destroyed);
}

/** A body without end, as fast as it goes. */
async function flood(port: number, start: string): Promise<void> {
  const socket = quiet(port);
  socket.resume();
  socket.write(`${start}transfer-encoding: chunked\r\n\r\n`);
  const part = `10000\r\n${'x'.repeat(65_536)}\r\n`;
  while (!socket.destroyed) if (!socket.write(part)) await Promise.race([drained(socket), closed(socket)]);
}

/** Far more connections than the door holds, all kept open: half of them silent, half in the middle of a request. */
async function fillUp(port: number): Promise<void> {
  const half = 'POST /in/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n[';
  const open = new Set<Socket>();
  for (let made = 0; made < CONNECTIONS; made += WAVE) {
    const wave = Array.from({ length: Math.min(WAVE, CONNECTIONS - made) }, (_, i) => {
      const socket = quiet(port);
      open.add(socket);
      socket.on('close', () => open.delete(socket)).resume();
      if (i % 2 === 0) socket.write(half);
      return Promise.race([connected(socket), closed(socket)]);
    });
    await Promise.all(wave);
  }
  // It closes them at once; this program may learn of it later.
  await eventually('the door holds no more connections than it may', () => open.size <= BOUNDS.connections + WAVE);
  for (const socket of open) socket.destroy();
}

/** Sends events one after the other, as a client does that tries again. */
class Honest {
  sent = 0;
  slowestMs = 0;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async during(attacked: () => Promise<void>): Promise<void> {
    let over = false;
    const attacks = attacked().finally(() => {
      over = true;
    });
    // It is awaited below.
    attacks.catch(() => undefined);
    while (!over) await this.#send();
    await attacks;
  }

  async isIn(watchfire: Watchfire): Promise<boolean> {
    return (await watchfire.connections.redis.xlen(watchfire.store.keys.events)) === this.sent;
  }

  async #send(): Promise<void> {
    const started = performance.now();
    const request = requestOf(JSON.stringify({ ...EVENT, id: `e${this.sent}` }), { more: 'connection: close\r\n' });
    let status = 0;
    while (status !== 202 && performance.now() - started < PATIENCE_MS) status = await raw(this.#port, request);
    mustHold(`an honest sender gets in (got ${status})`, status === 202);
    this.sent += 1;
    this.slowestMs = Math.max(this.slowestMs, performance.now() - started);
  }
}
