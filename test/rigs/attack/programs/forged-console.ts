import { once } from 'node:events';
import { request as ask } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { CONSOLE_TOOLS } from '../../../../src/cli/console-tools.ts';
import { Console, ROUTES } from '../../../../src/console/console.ts';
import { startListener } from '../../../../src/console/listener.ts';
import { Watchfire } from '../../../../src/index.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

const TOKEN = 'the token of the console, in a file'.replaceAll(' ', '-');
const HOSTILE = '"><script>alert(1)</script>\u202e';

type RouteRequest = Readonly<{ method?: string; path: string; headers?: Record<string, string>; body?: string }>;
type Door = Readonly<{ port: number; stop: () => Promise<void> }>;

export const attack: Attack = {
  by: 'a page of another origin, or somebody who reaches the console without its token',
  what: 'changes the engine, reads it off this machine, guesses the token, reads files, or fills the door',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    const lines: string[] = [];
    const doors: Door[] = [];
    try {
      await watchfire.put({ id: 'a', name: HOSTILE, trigger: { posture: 'Reactive', expect: ['x'] } });
      const [near, far] = await Promise.all([open(watchfire, true, lines), open(watchfire, false, lines)]);
      doors.push(near, far);
      const refused = (await change(near.port)) + (await foreign(near.port)) + (await look(far.port));
      await guess(near.port);
      await files(near.port);
      await holdUp(near.port);
      mustHold('nothing was changed', (await watchfire.get('a')).enabled && (await watchfire.list()).length === 1);
      mustHold('no line of the log has the token', !lines.join('').includes(TOKEN));
      const right = await status(near.port, { method: 'POST', path: '/api/automations/a/disable', headers: bearer() });
      mustHold('the right token still acts', right === 200);
      return `${refused} requests without the token, of other origins and under other names got nothing`;
    } finally {
      await Promise.all(doors.map((door) => door.stop()));
      await watchfire.close();
      await server.remove();
    }
  },
};

async function open(watchfire: Watchfire, loopback: boolean, lines: string[]): Promise<Door> {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const rules = { loopback, token: TOKEN, allowChanges: true };
  const own = new Console({ watchfire, tools: CONSOLE_TOOLS, rules, logger, page: import.meta.dirname });
  const listening = await startListener({ host: '127.0.0.1', port: 0 }, (request, response) =>
    own.handle(request, response),
  );
  const stop = async (): Promise<void> => {
    await own.close();
    await listening.stop();
  };
  return { port: listening.port, stop };
}

const json = { 'content-type': 'application/json' };
const bearer = (token = TOKEN): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Every change, without the token and with tokens that are none. @returns how many were refused */
async function change(port: number): Promise<number> {
  const tokens = [
    {},
    bearer(''),
    bearer(`${TOKEN}x`),
    bearer(TOKEN.slice(1)),
    bearer('null'),
    { cookie: `watchfire_console=${TOKEN}` },
  ];
  const changing = ROUTES.filter(({ changes }) => changes);
  for (const { path } of changing) {
    const named = path.replace('{id}', 'a').replace('{act}', 'delete');
    for (const headers of tokens) {
      const got = await status(port, { method: 'POST', path: named, headers: { ...json, ...headers }, body: '{}' });
      mustHold(`${named} needs the token (got ${got})`, got === 401);
    }
  }
  const inAddress = await status(port, {
    method: 'POST',
    path: `/api/automations/a/disable?token=${TOKEN}`,
    headers: json,
  });
  mustHold('a token in an address is none', inAddress === 401);
  return changing.length * tokens.length + 1;
}

/** What pages of other origins can send, even where a person has a session. */
async function foreign(port: number): Promise<number> {
  const path = '/api/automations/a/disable';
  const own = `127.0.0.1:${port}`;
  const session = await sessionOf(port);
  const tried: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:${port + 1}` },
    { origin: `http://${own}.evil.example` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { host: 'evil.example' },
    { host: `evil.example:${port}`, origin: `http://evil.example:${port}` },
    { host: '127.0.0.1.evil.example' },
    { host: `[::1].evil.example:${port}` },
  ];
  for (const headers of tried) {
    const got = await status(port, {
      method: 'POST',
      path,
      headers: { ...json, cookie: session, ...headers },
      body: '{}',
    });
    mustHold(`a request as ${JSON.stringify(headers)} does nothing (got ${got})`, got === 403 || got === 421);
    const read = await status(port, { path: '/api/automations', headers: { cookie: session, ...headers } });
    mustHold(`a look as ${JSON.stringify(headers)} sees nothing (got ${read})`, read === 403 || read === 421);
  }
  const form = { 'content-type': 'text/plain', cookie: session, origin: `http://${own}` };
  const got = await status(port, { method: 'POST', path: '/api/silences', headers: form, body: '{}' });
  mustHold('a form is no JSON', got === 415);
  return tried.length * 2 + 1;
}

async function sessionOf(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/session`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ token: TOKEN }),
  });
  const header = response.headers.get('set-cookie') ?? '';
  mustHold('the cookie is for this page alone', /; HttpOnly; SameSite=Strict/.test(header));
  return header.split(';')[0] ?? '';
}

/** Off this machine nothing is seen without the token. */
async function look(port: number): Promise<number> {
  const paths = ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => path.replace(/\{\w+\}/g, 'a'));
  for (const path of [...paths, '/api/live']) mustHold(`${path} is not seen`, (await status(port, { path })) === 401);
  const session = await (await fetch(`http://127.0.0.1:${port}/api/session`)).text();
  mustHold('not even the namespace is seen', !session.includes('"wf"'));
  return paths.length + 1;
}

async function guess(port: number): Promise<void> {
  const tries = Array.from({ length: 40 }, (_, i) =>
    status(port, {
      method: 'POST',
      path: '/api/session',
      headers: json,
      body: JSON.stringify({ token: `guess ${i}` }),
    }),
  );
  const got = await Promise.all(tries);
  mustHold('those who guess have to wait', got.filter((one) => one === 429).length === 20);
}

/** What stands beside the page, or above it. */
async function files(port: number): Promise<void> {
  const paths = [
    '/assets/../forged-console.ts',
    '/assets/%2e%2e/forged-console.ts',
    '/forged-console.ts',
    '/assets/..%2f..%2fattack.ts',
    '//etc/passwd',
    '/assets/passwd%00.js',
  ];
  for (const path of paths) {
    const { text } = await answer(port, { path });
    mustHold(`${path} gives no file`, !/import|root:/.test(text));
  }
}

/** Bodies and headers without end, and senders that never end. */
async function holdUp(port: number): Promise<void> {
  const large = { ...json, ...bearer() };
  const got = await status(port, {
    method: 'POST',
    path: '/api/drafts/check',
    headers: large,
    body: `{"text":"${'x'.repeat(3_000_000)}"}`,
  });
  mustHold(`a body without end is refused (got ${got})`, got === 413 || got === 0);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(`GET /api/status HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'x'.repeat(40_000)}`);
  await once(socket, 'close');
  const endless = await status(port, { path: '/api/events?limit=100000000' });
  mustHold('an answer without end is refused', endless === 400);
}

async function status(port: number, asked: RouteRequest): Promise<number> {
  return (await answer(port, asked)).status;
}

/** By hand, since `fetch` lets nobody choose a host. */
async function answer(
  port: number,
  { method = 'GET', path, headers = {}, body }: RouteRequest,
): Promise<{ status: number; text: string }> {
  const request = ask({ host: '127.0.0.1', port, method, path, headers, agent: false });
  try {
    request.end(body);
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString();
      if (text.length > 100_000) break;
    }
    return { status: (response as { statusCode: number }).statusCode, text };
  } catch {
    return { status: 0, text: '' };
  }
}
