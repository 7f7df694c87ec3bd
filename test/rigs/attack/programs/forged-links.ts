import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { Watchfire } from '../../../../src/index.ts';
import { type LinkOrder, linkToken } from '../../../../src/reactions/link.ts';
import { startLinks } from '../../../../src/reactions/link-server.ts';
import { WatchedTargets } from '../../../../src/reactions/watched-targets.ts';
import { eventually } from '../../../support/eventually.ts';
import { freePort } from '../../../support/free-port.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';
import { within } from '../turns.ts';

const SECRET = 'the secret of all links, in a file';
const ID = '"><script>alert(1)</script>\u202e';
const ORDER: LinkOrder = { act: 'ack', automation: 'a', labels: { id: ID }, firedMs: 2 ** 50, untilMs: 2 ** 50 };
const REQUEST_MS = 1_000;

export const attack: Attack = {
  by: 'somebody who reaches the door for links',
  what: 'acts on alerts by links that nobody gave out, has programs that look at links act, runs scripts in the page, or fills the door',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-attack-'));
    const port = await freePort();
    const base = `http://127.0.0.1:${port}/`;
    const lines: string[] = [];
    const targets = path.join(dir, 'targets.json');
    await writeFile(targets, JSON.stringify({ links: { base, secret: SECRET } }));
    const trigger = { posture: 'Reactive', expect: ['x'], for_each: ['id'], resolve: { on: ['over'] } };
    const door = await startDoor(watchfire, { targets, port, lines });
    try {
      await watchfire.put({ id: 'a', name: '<b>a</b>', trigger, actions: [{ type: 'log', message: 'm' }] } as never);
      await watchfire.startWorker();
      await watchfire.emit({ event: 'x', resource: { id: ID } });
      await eventually('there is an alert', async () => (await watchfire.alerts()).length === 1);
      const refused = await forge(base);
      await look(base);
      await holdUp(port);
      mustHold('nothing was done', (await watchfire.silences({ ended: true })).length === 0);
      const token = linkToken(ORDER, { secret: SECRET, namespace: 'wf' }) ?? '';
      const acted = await Promise.all(Array.from({ length: 20 }, () => post(`${base}alerts/ack?t=${token}`)));
      mustHold(
        'the right link still acts',
        acted.every((status) => status === 200),
      );
      mustHold('twenty uses at once act once', (await watchfire.silences({ ended: true })).length === 1);
      mustHold(
        'no line of the log has secret or token',
        !/the secret of all|alerts\/ack\?|[\w-]{43}/.test(lines.join('')),
      );
      return `${refused} forged links, slow senders and bodies without end did nothing, and a look at the right link neither`;
    } finally {
      await door.stop();
      await watchfire.close();
      await server.remove();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function startDoor(
  watchfire: Watchfire,
  { targets, port, lines }: Readonly<{ targets: string; port: number; lines: string[] }>,
): Promise<{ stop: () => Promise<void> }> {
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  return await startLinks(`127.0.0.1:${port}`, {
    // What an engine gives to its door.
    desk: (watchfire as unknown as { linkDesk: () => never }).linkDesk(),
    targets: new WatchedTargets({ file: targets, env: {}, logger }),
    namespace: 'wf',
    logger,
    nowMs: () => Date.now(),
    requestMs: REQUEST_MS,
  });
}

/** @returns how many forged links were refused */
async function forge(base: string): Promise<number> {
  const key = { secret: SECRET, namespace: 'wf' };
  const signed = (order: Partial<LinkOrder>, more: Partial<typeof key> = {}): string =>
    linkToken({ ...ORDER, ...order }, { ...key, ...more }) ?? '';
  const right = signed({});
  const [text = '', signature = ''] = right.split('.');
  const said = Buffer.from(JSON.stringify(['ack', 'a', {}, 0, 2 ** 40])).toString('base64url');
  const tokens = [
    '',
    text,
    `${text}.`,
    `${said}.${signature}`,
    `${text}.${'A'.repeat(43)}`,
    `${right}=`,
    `${right}%00`,
    `${text}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
    signed({}, { namespace: 'wf2' }),
    signed({}, { secret: `${SECRET}.` }),
    signed({ act: 'snooze' }),
    signed({ untilMs: 1_000 }),
    signed({ labels: { id: 'none' } }),
    signed({ automation: 'none' }),
    signed({ firedMs: 0 }),
    'A'.repeat(7_000),
  ];
  for (const token of tokens) {
    const status = await post(`${base}alerts/ack?t=${token}`);
    mustHold(`a forged link is refused (${token.slice(0, 20)}… got ${status})`, status === 403 || status === 410);
  }
  const paths = ['alerts/resolve', 'alerts/ack/', 'alerts/ack/../ack/x', '', 'x%2f..%2falerts/ack', '__proto__'];
  for (const one of paths) mustHold(`there is no /${one}`, (await post(`${base}${one}?t=${right}`)) === 404);
  return tokens.length;
}

/** Programs of mail and chats look at links before people do. */
async function look(base: string): Promise<void> {
  const url = `${base}alerts/ack?t=${linkToken(ORDER, { secret: SECRET, namespace: 'wf' })}`;
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) await fetch(url, { method });
  const response = await fetch(url, { headers: { 'x-http-method-override': 'POST', purpose: 'prefetch' } });
  const page = await response.text();
  mustHold('a label is no markup', response.status === 200 && !/<script|<b>|\u202e/.test(page));
  mustHold('the page runs nothing', /default-src 'none'/.test(response.headers.get('content-security-policy') ?? ''));
  mustHold('the page tells nobody its address', response.headers.get('referrer-policy') === 'no-referrer');
}

/** Bodies and headers without end, and senders that never end. */
async function holdUp(port: number): Promise<void> {
  const right = linkToken(ORDER, { secret: SECRET, namespace: 'wf' });
  const start = `POST /alerts/ack?t=${right} HTTP/1.1\r\nhost: x\r\n`;
  const senders = {
    'of a body of a gigabyte': `${start}content-length: 1000000000\r\n\r\nby=`,
    'of a body in parts without end': `${start}transfer-encoding: chunked\r\n\r\n2000\r\n${'x'.repeat(8_192)}\r\n`,
    'of headers without end': `${start}x: ${'x'.repeat(20_000)}`,
    'of headers that never end': start,
    'of a body that never comes': `${start}content-length: 10\r\n\r\n`,
    'of nothing': '',
  };
  for (const [sender, text] of Object.entries(senders)) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(text);
    mustHold(`a sender ${sender} is let go in time`, await within(10 * REQUEST_MS, once(socket, 'close')));
  }
}

async function post(url: string): Promise<number> {
  return (await fetch(url, { method: 'POST', body: new URLSearchParams({ by: '<i>x</i>' }) })).status;
}
