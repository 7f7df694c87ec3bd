import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { Access } from '../../src/console/access.ts';

const TOKEN = 'a-token-of-the-console';

function request(headers: Record<string, string>, method = 'GET'): IncomingMessage {
  return { headers: { host: '127.0.0.1:9466', ...headers }, method } as unknown as IncomingMessage;
}

function access(
  more: Partial<{ loopback: boolean; token: string | null; allowChanges: boolean }> = {},
  now = { ms: 0 },
) {
  return new Access({ loopback: true, token: TOKEN, allowChanges: true, ...more }, () => now.ms);
}

describe('rights to look and to change', () => {
  test.each([
    ['on this machine everybody looks and nobody changes without the token', {}, {}, { look: true, change: false }],
    ['off this machine nobody looks without it', { loopback: false }, {}, { look: false, change: false }],
    [
      'the token lets a program look and change',
      { loopback: false },
      { authorization: `Bearer ${TOKEN}` },
      { look: true, change: true },
    ],
    [
      'a wrong token lets nobody',
      { loopback: false },
      { authorization: `Bearer ${TOKEN}x` },
      { look: false, change: false },
    ],
    [
      'without --allow-changes the token changes nothing',
      { allowChanges: false },
      { authorization: `Bearer ${TOKEN}` },
      { look: true, change: false },
    ],
    [
      'without a token nobody changes, whatever is sent',
      { token: null },
      { authorization: 'Bearer null' },
      { look: true, change: false },
    ],
  ])('%s', (_, rules, headers, rights) => {
    expect(access(rules).rightsOf(request(headers))).toMatchObject(rights);
  });

  test.each([
    ['/metrics', false, {}, true],
    ['/metrics?x', false, {}, true],
    ['/metrics', false, { authorization: `Bearer ${TOKEN}` }, false],
    ['/metrics', true, {}, false],
    ['/livez', false, {}, false],
  ])('%s, on this machine %s, with %j: hidden %s', (url, loopback, headers, hidden) => {
    expect(access({ loopback }).hidesMetrics(Object.assign(request(headers), { url }))).toBe(hidden);
  });

  test('a session lasts half a day, ends when it is left, and its cookie goes to no other page', () => {
    const now = { ms: 0 };
    const door = access({}, now);
    const header = door.open(TOKEN);
    expect(header).toMatch(/^watchfire_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    const cookie = header.split(';')[0] ?? '';
    expect(door.rightsOf(request({ cookie: `other=1; ${cookie}` }))).toMatchObject({ change: true, known: true });
    now.ms = 12 * 3_600_000 + 1;
    expect(door.rightsOf(request({ cookie })).change).toBe(false);
    const other = access();
    const second = other.open(TOKEN).split(';')[0] ?? '';
    expect(other.close(request({ cookie: second }))).toMatch(/Max-Age=0$/);
    expect(other.rightsOf(request({ cookie: second })).change).toBe(false);
  });

  test('after twenty wrong tokens within a minute the right one waits too', () => {
    const now = { ms: 0 };
    const door = access({}, now);
    for (let i = 0; i < 20; i += 1) expect(() => door.open(`wrong ${i}`)).toThrow('this is not the token');
    expect(() => door.open(TOKEN)).toThrow('too many wrong tokens');
    now.ms = 60_001;
    expect(door.open(TOKEN)).toMatch(/^watchfire_console=/);
  });
});

describe('pages of other origins', () => {
  test.each([
    ['its own page', { origin: 'http://127.0.0.1:9466', 'sec-fetch-site': 'same-origin' }, 'POST', null],
    ['a program of a person', {}, 'POST', null],
    ['an address that was typed', { 'sec-fetch-site': 'none' }, 'GET', null],
    ['a name of this machine', { host: 'localhost:9466' }, 'GET', null],
    ['a name that was bent to this machine', { host: 'evil.example:9466' }, 'GET', 421],
    ['no name', { host: '' }, 'GET', 421],
    ['a page of another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 'POST', 403],
    ['a page of another port', { origin: 'http://127.0.0.1:8080' }, 'POST', 403],
    ['a picture of another page', { 'sec-fetch-site': 'cross-site' }, 'GET', 403],
    ['a page without an origin', { origin: 'null' }, 'POST', 403],
    ['a form that hides its origin', { 'sec-fetch-site': 'none' }, 'POST', 403],
  ])('%s', (_, headers, method, status) => {
    const admit = (): void => access().admit(request(headers, method));
    if (status === null) expect(admit).not.toThrow();
    else expect(admit).toThrow(expect.objectContaining({ status }));
  });
});
