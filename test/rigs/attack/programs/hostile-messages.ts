import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import { Watchfire } from '../../../../src/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

/** What would begin a header, a mention, a link with another text, or a command of a terminal. */
const TEXT = 'x\r\nBcc: all@example.com\r\n\r\n<!channel> [here](http://evil.example) \u001b[31m\u202e€';
/** More than any chat takes, and less than a template may give. */
const LONG = 'y'.repeat(900_000);

type Got = Readonly<{ path: string; headers: IncomingHttpHeaders; body: string }>;

const ADDRESS = '127.0.0.1';

const EVENTS = [
  ['x\r\nauthorization: mine', TEXT],
  ['..', LONG],
  ['%2e%2E', 'short'],
] as const;

export const attack: Attack = {
  by: 'producer',
  what: 'sends texts that become headers, mentions and links in messages, lead webhooks elsewhere, or keep them from being sent',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-attack-'));
    const got: Got[] = [];
    const mails: string[] = [];
    const http = webServer(got);
    const smtp = mailServer(mails);
    try {
      await Promise.all([http, smtp].map((one) => new Promise<void>((ready) => one.listen(0, ADDRESS, ready))));
      const url = `http://${ADDRESS}:${(http.address() as AddressInfo).port}`;
      const address = `smtp://${ADDRESS}:${(smtp.server.address() as AddressInfo).port}`;
      const mail = { kind: 'email', from: 'a@example.com', to: 'b@example.com', smtp: address };
      const targets = { mail, chat: { kind: 'teams', url: `${url}/chat` } };
      await writeFile(path.join(dir, 'targets.json'), JSON.stringify({ targets }));
      await watchfire.put(documentFor(url) as never);
      await watchfire.startWorker();
      await watchfire.startActions({ targets: path.join(dir, 'targets.json'), allowNet: [ADDRESS] });
      for (const [id, text] of EVENTS) await watchfire.emit({ event: 'x', resource: { id }, payload: { text } });
      await eventually(
        'all messages and requests have come',
        // A receiver that is slow to answer gets a message again.
        () => mails.length >= 3 && to(got, '/chat').length >= 3 && to(got, '/hook').length >= 3,
      );
      await eventually('the one webhook whose path is harmless has come', () => to(got, '/users/').length > 0);
      await eventually(
        'all that was sent has ended',
        async () => (await server.redis.zcard('{wf}:bull:deliveries:completed')) === 10,
      );
      await eventually(
        'the other webhooks were refused for good',
        async () => (await server.redis.zcard('{wf}:bull:deliveries:failed')) === 2,
      );
      judge(mails, got);
      return 'three events in four actions: no header, link or path of theirs, and nothing that was too long to be told';
    } finally {
      await watchfire.close();
      http.closeAllConnections();
      http.close();
      smtp.close(() => undefined);
      await server.remove();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

function documentFor(url: string): object {
  const text = '{{ event.payload.text }}';
  return {
    id: 'a',
    name: 'a',
    trigger: { posture: 'Reactive', expect: ['x'] },
    actions: [
      { type: 'notify', target: 'mail', subject: text, body: text },
      { type: 'notify', target: 'chat', subject: text, body: text },
      { type: 'webhook', url: `${url}/hook`, headers: { 'x-text': '{{ event.resource.id }}' } },
      { type: 'webhook', url: `${url}/users/{{ event.resource.id }}/disable` },
    ],
  };
}

function judge(mails: readonly string[], got: readonly Got[]): void {
  const headers = mails.map((one) => one.split('\r\n\r\n', 1)[0] ?? '');
  const chats = to(got, '/chat').map(({ body }) => body);
  const holds: Readonly<Record<string, boolean>> = {
    'no mail has a header of the event': headers.every((one) => !/^Bcc:/im.test(one)),
    'a subject is short': headers.every((one) => one.length < 3_000),
    'a card is as short as Teams takes it': chats.every((body) => body.length < 28_000),
    'no link has another text': chats.every((body) => !body.includes('](')),
    'no header of the event came to a webhook': to(got, '/hook').every(
      (one) => one.headers.authorization === undefined,
    ),
    'no step led out of a path': pathsBelow(got, '/users/').size === 1 && to(got, '/disable').length === 0,
  };
  for (const [sentence, held] of Object.entries(holds)) mustHold(sentence, held);
}

function webServer(got: Got[]): Server {
  return createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString('utf8')));
    request.on('end', () => {
      got.push({ path: request.url ?? '', headers: request.headers, body });
      response.end();
    });
  });
}

function to(got: readonly Got[], start: string): Got[] {
  return got.filter((one) => one.path.startsWith(start));
}

function pathsBelow(got: readonly Got[], start: string): ReadonlySet<string> {
  return new Set(to(got, start).map((one) => one.path));
}

function mailServer(mails: string[]): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, _, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => (text += part.toString('utf8')));
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
  });
}
