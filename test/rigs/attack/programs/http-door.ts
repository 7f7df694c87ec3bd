import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Watchfire } from '../../../../src/index.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';
import { within } from '../turns.ts';

/** A request may take so long to arrive (src/http/server.ts), and the server looks once a second. */
const LET_GO_MS = 20_000;

/** More than the server keeps open. */
const CROWD = 200;
/** How often is asked beside them. */
const ASKED = 40;

const HOSTILE = 'x"} 1\nwatchfire_workers 99\n# \u202e';

export const attack: Attack = {
  by: 'somebody who reaches the door for metrics, and a page of the web in a browser of this machine',
  what: 'changes something, forges metrics by names, fills the door, or reads it by a name that leads to this machine',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    try {
      const address = await watchfire.serveHttp('127.0.0.1:0', { parts: ['worker'] });
      const port = Number(address.split(':')[1]);
      await watchfire.put({
        id: HOSTILE,
        name: HOSTILE,
        trigger: { posture: 'Reactive', expect: ['x'] },
        actions: [{ type: 'queue', queue: 'q"}\\' }],
      });
      await watchfire.startWorker();
      const { generation } = await watchfire.status();
      await readNames(address);
      await change(address);
      mustHold('nothing was changed', (await watchfire.status()).generation === generation);
      await rebind(port);
      await holdUp(port);
      await crowd(port, address);
      mustHold('the door still answers', (await fetch(`http://${address}/livez`)).status === 200);
      return 'hostile names, foreign hosts, other methods and paths, slow senders and a crowd got nothing';
    } finally {
      await watchfire.close();
      await server.remove();
    }
  },
};

/** A name is one label, whatever it holds. */
async function readNames(address: string): Promise<void> {
  const page = await (await fetch(`http://${address}/metrics`)).text();
  mustHold('a name forges no metric', !/^watchfire_workers 99/m.test(page) && /^watchfire_workers 1$/m.test(page));
}

async function change(address: string): Promise<void> {
  for (const path of ['/metrics', '/livez', '/readyz', '/'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status } = await fetch(`http://${address}${path}`, { method });
      mustHold(`${method} ${path} is refused`, status === 404 || status === 405);
    }
  const paths = ['/../package.json', '/%2e%2e/package.json', '/metrics/', '//metrics', '/__proto__', '/metrics%00'];
  for (const path of paths) mustHold(`there is no ${path}`, (await fetch(`http://${address}${path}`)).status === 404);
}

/** A page of the web has its own name lead here, so that the browser takes this for its own server. */
async function rebind(port: number): Promise<void> {
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    '',
    '0x7f000001',
    '2130706433',
  ]) {
    const answer = await sent(port, `GET /metrics HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    mustHold(`a page of ${host} reads nothing`, !answer.includes('watchfire_') && / 40[03] /.test(answer));
  }
  const allowed = await sent(
    port,
    'GET /livez HTTP/1.1\r\nhost: localhost\r\norigin: http://evil.example\r\nconnection: close\r\n\r\n',
  );
  mustHold('no page may read answers', !/access-control-allow/i.test(allowed));
}

async function sent(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (data) => {
    answer += String(data);
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

async function holdUp(port: number): Promise<void> {
  const start = 'GET /metrics HTTP/1.1\r\nhost: localhost\r\n';
  const senders = {
    'of headers without end': `${start}x: ${'x'.repeat(20_000)}`,
    'of headers that never end': start,
    'of a body of a gigabyte': `POST /metrics HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n\r\nx`,
  };
  const each = Object.entries(senders).map(async ([sender, text]) => {
    mustHold(`a sender ${sender} is let go in time`, await within(LET_GO_MS, sent(port, text)));
  });
  await Promise.all(each);
}

/** Connections that ask nothing, as many again as are closed: nobody else may be kept out. */
async function crowd(port: number, address: string): Promise<void> {
  const open = new Set<Socket>();
  let over = false;
  const join = (): void => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      if (!over) setImmediate(join);
    });
  };
  for (let i = 0; i < CROWD; i += 1) join();
  let served = 0;
  for (let i = 0; i < ASKED; i += 1) {
    const answer = await fetch(`http://${address}/livez`, { headers: { connection: 'close' } }).catch(() => null);
    if (answer?.status === 200) served += 1;
  }
  over = true;
  for (const socket of open) socket.destroy();
  mustHold(`those who ask get in beside a crowd (${served} of ${ASKED})`, served > ASKED / 2);
}
