import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { ask } from '../../src/embedded/probe.ts';

const WHO = '*2\r\n$3\r\ndir\r\n$5\r\n/data\r\n$33\r\n# Server\r\nprocess_id:42\r\nversion:7\r\n+OK\r\n';

/** Asks a server that says `text` to everybody and closes, as Redis does after QUIT. */
async function asked(text: string, password: string | null = null) {
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(text));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    return await ask((listener.address() as AddressInfo).port, password);
  } finally {
    listener.close();
  }
}

test('a Redis says where its data is and which process it is', async () => {
  expect(await asked(`+PONG\r\n${WHO}`)).toEqual({ kind: 'redis', dir: '/data', pid: 42, loading: false });
});

test('a Redis that still reads its data is known for what it is', async () => {
  const answer = await asked(`-LOADING Redis is loading the dataset in memory\r\n${WHO}`);
  expect(answer).toEqual({ kind: 'redis', dir: '/data', pid: 42, loading: true });
});

test('a server that answers otherwise is no Redis', async () => {
  expect(await asked('HTTP/1.1 400 Bad Request\r\n\r\n')).toEqual({ kind: 'other' });
});

test('what takes connections and says nothing has not answered yet', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    expect(await ask((listener.address() as AddressInfo).port, null, 100)).toEqual({ kind: 'silent' });
  } finally {
    listener.close();
  }
});

test('a Redis that asks for a password is known as one, and by its password for what it is', async () => {
  expect(await asked('-NOAUTH Authentication required.\r\n')).toEqual({ kind: 'locked' });
  expect(await asked('-WRONGPASS no\r\n-NOAUTH Authentication required.\r\n', 'x')).toEqual({ kind: 'locked' });
  const known = { kind: 'redis', dir: '/data', pid: 42, loading: false };
  expect(await asked(`+OK\r\n+PONG\r\n${WHO}`, 'x')).toEqual(known);
  expect(await asked(`-ERR AUTH called without any password configured\r\n+PONG\r\n${WHO}`, 'x')).toEqual(known);
});
