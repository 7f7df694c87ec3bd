import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test, { after } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { readsOnce, until } from './story.ts';

/* A server that speaks as Prefect 3 does: the protocol's name, a message that says who asks, one that says what is wanted. */

type Event = Readonly<{ id: string; occurred: string }> & Readonly<Record<string, unknown>>;

const TOKEN = 'admin:secret';
const kept: Event[] = [];
const listening = new Set<WebSocket>();

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/api/events/out' });
await once(server, 'listening');

server.on('connection', (socket) => {
  if (socket.protocol !== 'prefect') return socket.close(1002);
  let known = false;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (!known) {
      if (message.type !== 'auth' || message.token !== TOKEN) return socket.close(1008, 'Expected auth');
      known = true;
      return socket.send(JSON.stringify({ type: 'auth_success' }));
    }
    assert.equal(message.type, 'filter');
    const { since, until } = message.filter.occurred;
    assert.ok(Date.parse(until) > Date.now());
    for (const event of kept) if (Date.parse(event.occurred) >= Date.parse(since)) tell(socket, event);
    listening.add(socket);
  });
  socket.on('close', () => listening.delete(socket));
});

const tell = (socket: WebSocket, event: Event): void => socket.send(JSON.stringify({ type: 'event', event }));

after(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

test('Prefect: a program that comes again asks for a minute more, and knows what it had', async () => {
  const { port } = server.address() as AddressInfo;
  await readsOnce({
    program: 'prefect-websocket.ts',
    env: { PREFECT_API_URL: `http://127.0.0.1:${port}/api`, PREFECT_API_AUTH_STRING: TOKEN },
    events: 'prefect.flow-run.Failed',
    met: () => until('it listens', async () => listening.size > 0),
    send: async (first, last) => {
      for (let n = first; n <= last; n += 1) {
        const resource = { 'prefect.resource.id': `prefect.flow-run.${n}` };
        const times = { occurred: new Date().toISOString(), received: new Date().toISOString() };
        const event = {
          id: `p-${n}`,
          event: 'prefect.flow-run.Failed',
          resource,
          related: [],
          payload: { n },
          follows: null,
          ...times,
        };
        kept.push(event);
        for (const socket of listening) tell(socket, event);
        // Some at once, as from a busy server; then the connection breaks.
        if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (n === 15) for (const socket of listening) socket.terminate();
      }
    },
  });
});
