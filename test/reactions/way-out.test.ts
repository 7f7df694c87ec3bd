import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { networksOf } from '../../src/reactions/addresses.ts';
import { type Outgoing, WayOut, type WayOutParts } from '../../src/reactions/way-out.ts';
import { FailedForGood, TryAgain } from '../../src/relay/outcome.ts';
import { certificates } from '../support/certificates.ts';
import { receiver } from '../support/receiver.ts';

type Parts = Partial<WayOutParts>;

/** A resolver that gives these addresses, one after the other, the last one for ever. */
function resolving(...addresses: string[]): Required<Pick<WayOutParts, 'resolve'>> & { asked: string[] } {
  const asked: string[] = [];
  const resolve: WayOutParts['resolve'] = (hostname, _, done) => {
    const address = addresses[Math.min(asked.length, addresses.length - 1)] ?? '';
    asked.push(hostname);
    done(null, [{ address, family: address.includes(':') ? 6 : 4 }] as LookupAddress[]);
  };
  return { resolve, asked };
}

const send = (url: string, more: Partial<Outgoing> = {}, parts: Parts = {}) =>
  new WayOut({ allowed: networksOf([]), ...parts }).send({
    method: 'POST',
    url: new URL(url),
    headers: {},
    body: 'x',
    timeoutMs: 5_000,
    trusted: false,
    ...more,
  });

/** More than a receiver may have read of it, with all that lies in between, in bytes. */
const ENDLESS = 50_000_000;

const loopback = { allowed: networksOf(['127.0.0.0/8']) };

describe('a URL of a document', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://localhost:PORT/',
  ])('%s is not called', async (url) => {
    const { port, received } = await receiver();
    await expect(send(url.replace('PORT', String(port)))).rejects.toThrow(
      /is no public address: name it in the targets file/,
    );
    expect(received).toEqual([]);
  });

  test.each(['127.0.0.1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '169.254.169.254'])(
    'whose name resolves to %s is not called',
    async (address) => {
      const { port, received } = await receiver();
      const sent = send(`http://public.example:${port}/`, {}, resolving(address));
      await expect(sent).rejects.toThrow(FailedForGood);
      expect(received).toEqual([]);
    },
  );

  test('whose name resolves to another address than when it was looked at gains nothing: it is resolved once', async () => {
    const { port, received } = await receiver();
    // Nobody listens at the first address, which is allowed; a second look would find the receiver.
    const rebinding = resolving('127.0.0.2', '127.0.0.1');
    const parts = { ...rebinding, allowed: networksOf(['127.0.0.2']) };
    await expect(send(`http://rebinding.example:${port}/`, {}, parts)).rejects.toThrow(/^ECONNREFUSED: /);
    expect(rebinding.asked).toEqual(['rebinding.example']);
    await expect(send(`http://rebinding.example:${port}/`, {}, parts)).rejects.toThrow(FailedForGood);
    expect(received).toEqual([]);
  });

  test('is called where its network is allowed', async () => {
    const { url, received } = await receiver();
    expect(await send(`${url}/path`, {}, loopback)).toMatchObject({ status: 200, body: 'ok' });
    expect(received).toMatchObject([{ method: 'POST', path: '/path', body: 'x' }]);
  });

  test('with a header that would break the request is refused', async () => {
    const { url, received } = await receiver();
    await expect(send(url, { headers: { 'x-a': 'b\r\nevil: yes' } }, loopback)).rejects.toThrow(FailedForGood);
    expect(received).toEqual([]);
  });
});

describe('a host of the targets file', () => {
  test('may be anywhere', async () => {
    const { url, received } = await receiver();
    expect(await send(url, { trusted: true })).toMatchObject({ status: 200 });
    expect(received).toHaveLength(1);
  });

  test('that redirects to 127.0.0.1 sends nothing there', async () => {
    const inner = await receiver();
    const outer = await receiver((response) => response.writeHead(307, { location: `${inner.url}/admin` }).end());
    await expect(send(outer.url, { trusted: true })).rejects.toThrow(/127\.0\.0\.1 is no public address/);
    expect(inner.received).toEqual([]);
  });

  test('that redirects to another host, at once or in the end, gives it neither body nor header', async () => {
    const other = await receiver();
    const there = `http://other.example:${other.port}/`;
    const target = await receiver((response, { path }) => {
      response.writeHead(307, { location: path === '/there' ? there : '/there' }).end();
    });
    const parts = { ...resolving('127.0.0.1'), ...loopback };
    const body = '{"routing_key":"r0uting"}';
    for (const path of ['there', 'here']) {
      const sent = send(`http://target.example:${target.port}/${path}`, { trusted: true, body }, parts);
      await expect(sent).rejects.toThrow(
        new FailedForGood('answered 307: it redirects to another host, other.example'),
      );
    }
    expect(target.received.map(({ path, body: text }) => [path, text])).toEqual([
      ['/there', body],
      ['/here', body],
      ['/there', body],
    ]);
    expect(other.received).toEqual([]);
  });

  test('that redirects to another place of its own is followed', async () => {
    const { port, received } = await receiver((response, { path }) => {
      if (path === '/there') response.end('ok');
      else response.writeHead(308, { location: '/there' }).end();
    });
    const parts = { ...resolving('127.0.0.1'), ...loopback };
    expect(await send(`http://target.example:${port}/`, { trusted: true }, parts)).toMatchObject({ status: 200 });
    expect(received.map(({ path, body }) => [path, body])).toEqual([
      ['/', 'x'],
      ['/there', 'x'],
    ]);
  });
});

describe('a redirect', () => {
  test('is followed with method and body, and takes no secret to another host', async () => {
    const second = await receiver();
    const first = await receiver((response) => response.writeHead(308, { location: `${second.url}/there` }).end());
    const headers = {
      authorization: 'Bearer secret',
      'x-key': 'secret',
      'webhook-id': 'f-1',
      'content-type': 'text/plain',
    };
    expect(await send(first.url, { headers }, loopback)).toMatchObject({ status: 200 });
    expect(second.received).toMatchObject([{ method: 'POST', path: '/there', body: 'x' }]);
    expect(second.received[0]?.headers).toMatchObject({ 'webhook-id': 'f-1', 'content-type': 'text/plain' });
    expect(JSON.stringify(second.received)).not.toContain('secret');
  });

  test('is followed three times, and no fourth time', async () => {
    let hops = 0;
    const around = await receiver((response, { path }) => {
      const next = Number(path.slice(1)) + 1;
      if (next > hops) response.end('there');
      else response.writeHead(307, { location: `/${next}` }).end();
    });
    hops = 3;
    expect(await send(`${around.url}/0`, {}, loopback)).toMatchObject({ body: 'there' });
    hops = 4;
    await expect(send(`${around.url}/0`, {}, loopback)).rejects.toThrow('redirects more than 3 times');
  });

  test.each([301, 302, 303])('by %i would drop the body and fails for good', async (status) => {
    const { url } = await receiver((response) => response.writeHead(status, { location: '/' }).end());
    await expect(send(url, {}, loopback)).rejects.toThrow(`answered ${status}: it redirects, and would drop the body`);
  });

  test.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://['])('to %s fails for good', async (location) => {
    const { url } = await receiver((response) => response.writeHead(307, { location }).end());
    await expect(send(url, {}, loopback)).rejects.toThrow('it redirects to no http or https URL');
  });
});

describe('a receiver', () => {
  test('that never answers ends when the time is over', async () => {
    const { url } = await receiver(() => undefined);
    const begun = performance.now();
    await expect(send(url, { timeoutMs: 300 }, loopback)).rejects.toThrow(new TryAgain('timed out'));
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  test('whose answer never ends is left alone after 64 kB, of which 16 kB are kept', async () => {
    let written = 0;
    const { url } = await receiver((response) => {
      response.writeHead(200);
      const part = 'endless'.repeat(1_000);
      const more = (): void => {
        while (written < ENDLESS) {
          written += part.length;
          if (!response.write(part)) return;
        }
      };
      response.on('drain', more);
      more();
    });
    const answer = await send(url, {}, loopback);
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(16_384);
    expect(written).toBeLessThan(ENDLESS);
  });

  test('that wants another protocol is refused for good, and holds no place', async () => {
    const { url } = await receiver((response) => {
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    await expect(send(url, {}, loopback)).rejects.toThrow(new FailedForGood('answered 101: it wants another protocol'));
  });

  test('that gives its answer byte by byte is left alone when the time is over: its status says how it went', async () => {
    const { url } = await receiver((response) => {
      response.writeHead(202);
      response.write('slow');
    });
    const deadline = new AbortController();
    const bounded = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal);
    // Its time is over once the beginning of the answer is there, however long that took.
    const onAnswer = (message: unknown): void => {
      const { response } = message as { response: IncomingMessage };
      response.once('readable', () => setImmediate(() => deadline.abort()));
    };
    subscribe('http.client.response.finish', onAnswer);
    onTestFinished(() => void unsubscribe('http.client.response.finish', onAnswer));
    expect(await send(url, { timeoutMs: 300 }, loopback)).toMatchObject({ status: 202, body: 'slow' });
    expect(bounded.mock.calls).toEqual([[300]]);
    expect(deadline.signal.aborted).toBe(true);
  });

  test('that hangs up, or is not there, may be there later', async () => {
    const { url } = await receiver((response) => void response.socket?.destroy());
    await expect(send(url, {}, loopback)).rejects.toThrow(TryAgain);
    await expect(send('http://127.0.0.1:1/', {}, loopback)).rejects.toThrow(/^ECONNREFUSED: /);
  });

  test('with a certificate that nobody vouches for gets nothing, and one that redirects to http neither', async () => {
    const { ca, cert, key } = await certificates();
    const plain = await receiver();
    const received: string[] = [];
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      received.push(request.url ?? '');
      if (request.url === '/down') response.writeHead(307, { location: plain.url }).end();
      else response.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(send(url, {}, loopback)).rejects.toThrow(TryAgain);
    expect(received).toEqual([]);
    const known = { ...loopback, ca: readFileSync(ca, 'utf8') };
    expect(await send(`${url}/up`, {}, known)).toMatchObject({ status: 200 });
    await expect(send(`${url}/down`, {}, known)).rejects.toThrow('answered 307: it redirects from https to http');
    expect([received, plain.received]).toEqual([['/up', '/down'], []]);
  });
});
