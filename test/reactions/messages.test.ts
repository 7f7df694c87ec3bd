import { SMTPServer } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { receiver } from '../support/receiver.ts';
import { shop } from './shop.ts';

const KEY = 'a {"id":"customer.7"}';

/** What a target of that kind gets of a firing, and of the end of its alert. */
async function toldTo(target: object, action: object = {}) {
  const { url, received } = await receiver((response) => response.writeHead(202).end());
  const notify = { type: 'notify', target: 'there', ...action };
  const { fire, jobs, watchfire } = await shop(
    {
      trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'], resolve: { on: ['over'] } },
      actions: [notify],
      actions_on_resolve: [notify],
    },
    { there: JSON.parse(JSON.stringify(target).replaceAll('URL', url)) as object },
  );
  await fire();
  await jobs('completed');
  await watchfire.emit({ event: 'over', resource: { id: 'customer.7' } });
  await jobs('completed', 2);
  return received.map(({ path, headers, body }) => ({ path, headers, body: JSON.parse(body) as unknown }));
}

describe('a message', () => {
  test('opens and closes an incident of PagerDuty by the key of automation and customer', async () => {
    const target = { kind: 'pagerduty', routing_key: 'r0uting', url: 'URL/v2/enqueue' };
    const [opened, closed] = await toldTo(target, { subject: 'Failing: {{ labels.id }}', severity: 'critical' });
    expect(opened).toMatchObject({
      path: '/v2/enqueue',
      body: {
        routing_key: 'r0uting',
        event_action: 'trigger',
        dedup_key: KEY,
        payload: {
          summary: 'Failing: customer.7',
          source: 'a',
          severity: 'critical',
          custom_details: { id: 'customer.7' },
        },
      },
    });
    expect(closed?.body).toEqual({ routing_key: 'r0uting', event_action: 'resolve', dedup_key: KEY });
  });

  test('opens and closes an alert of Opsgenie by its alias', async () => {
    const [opened, closed] = await toldTo({ kind: 'opsgenie', api_key: 'k3y', url: 'URL/v2/alerts' });
    expect(opened).toMatchObject({
      path: '/v2/alerts',
      body: { message: 'An automation', alias: KEY, priority: 'P2' },
    });
    expect(opened?.headers.authorization).toBe('GenieKey k3y');
    expect(closed?.path).toBe(`/v2/alerts/${encodeURIComponent(KEY)}/close?identifierType=alias`);
  });

  test('to Slack calls nobody, whatever producers send', async () => {
    const [first, second] = await toldTo(
      { kind: 'slack', url: 'URL/services/T/B/X' },
      { body: '<!channel> & {{ event.event }}' },
    );
    expect(first).toMatchObject({
      path: '/services/T/B/X',
      body: { text: '*An automation*\n&lt;!channel&gt; &amp; x' },
    });
    expect(second?.body).toMatchObject({ text: expect.stringContaining('*Resolved: An automation*') });
  });

  test('to Discord calls nobody, and has 2,000 characters at most', async () => {
    const [first] = await toldTo({ kind: 'discord', url: 'URL/hook' }, { body: '@everyone '.repeat(500) });
    expect(first?.body).toMatchObject({ allowed_mentions: { parse: [] } });
    expect((first as { body: { content: string } }).body.content).toHaveLength(2_000);
  });

  test('to Teams is a card', async () => {
    const [first] = await toldTo({ kind: 'teams', url: 'URL/workflow' });
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } };
    expect(first?.body).toMatchObject({ type: 'message', attachments: [attachment] });
  });

  test('to Telegram goes to a chat, by the bot', async () => {
    const [first] = await toldTo({ kind: 'telegram', token: '1:abc', chat_id: '-5', url: 'URL' }, { body: 'b' });
    expect(first).toMatchObject({ path: '/bot1:abc/sendMessage', body: { chat_id: '-5', text: 'An automation\nb' } });
  });

  test('to ntfy goes to a topic, and the end of an alert is quieter', async () => {
    const [first, second] = await toldTo({ kind: 'ntfy', url: 'URL/my-topic', token: 'tk_1' }, { body: 'ü' });
    expect(first).toMatchObject({
      path: '/',
      body: { topic: 'my-topic', title: 'An automation', message: 'ü', priority: 4 },
    });
    expect(first?.headers.authorization).toBe('Bearer tk_1');
    expect(second?.body).toMatchObject({ priority: 2 });
  });

  test('to a webhook is the message itself', async () => {
    const [first, second] = await toldTo({ kind: 'webhook', url: 'URL/in' });
    expect(first?.body).toMatchObject({ subject: 'An automation', body: 'x id=customer.7', key: KEY, open: true });
    expect(second?.body).toMatchObject({ key: KEY, open: false });
  });
});

type Mail = { user: string; to: string[]; text: string };

async function mailServer(
  refuse?: (count: number) => number | null,
): Promise<{ port: number; mails: Mail[]; tries: () => number }> {
  const mails: Mail[] = [];
  let tries = 0;
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) =>
      password === 'pa ss' ? done(null, { user: username }) : done(new Error('no')),
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString('utf8');
      });
      stream.on('end', () => {
        tries += 1;
        const code = refuse?.(tries) ?? null;
        if (code !== null) return done(Object.assign(new Error('not now'), { responseCode: code }));
        mails.push({ user: String(session.user), to: session.envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as { port: number }).port, mails, tries: () => tries };
}

const target = (port: number) => ({
  kind: 'email',
  smtp: `smtp://watch:pa%20ss@127.0.0.1:${port}`,
  from: 'Watchfire <watch@example.com>',
  to: ['ops@example.com', 'dev@example.com'],
});

describe('an e-mail', () => {
  test('goes to all, known by the id of its job, and a subject of producers adds no header', async () => {
    const { port, mails } = await mailServer();
    const action = { type: 'notify', target: 'mail', subject: '{{ event.payload.s }}', body: 'Hällo\n.\nend' };
    const { fire, jobs } = await shop({ actions: [action] }, { mail: target(port) });
    await fire('customer.7', { s: 'x\r\nBcc: evil@example.com' });
    const [job] = await jobs('completed');
    const [mail] = mails;
    expect(mail).toMatchObject({ user: 'watch', to: ['ops@example.com', 'dev@example.com'] });
    expect(mail?.text).toContain(`Message-ID: <${job?.id}@watchfire>`);
    expect(mail?.text).not.toMatch(/^Bcc:/im);
    expect(mail?.text).toMatch(/^Auto-Submitted: auto-generated/m);
  });

  test('is tried again after a 4xx of the server, and not after a 5xx', async () => {
    const { port, mails, tries } = await mailServer((count) => (count === 1 ? 451 : count === 3 ? 554 : null));
    const action = { type: 'notify', target: 'mail', retry: { delay: 0 } };
    const { fire, jobs } = await shop({ actions: [action] }, { mail: target(port) });
    await fire();
    await jobs('completed');
    await fire('customer.8');
    const [job] = await jobs('failed');
    expect(job?.failedReason).toMatch(/^the mail server answered 554: /);
    expect([mails.length, tries()]).toEqual([1, 3]);
  });

  test('whose password is wrong does not show it', async () => {
    const { port } = await mailServer();
    const mail = { ...target(port), smtp: `smtp://watch:wr0ng-secret@127.0.0.1:${port}` };
    const { fire, queue } = await shop(
      { actions: [{ type: 'notify', target: 'mail', retry: { attempts: 1 } }] },
      { mail },
    );
    await fire();
    const [job] = await eventually('it failed', async () => {
      const failed = await queue.getJobs(['failed']);
      return failed.length > 0 ? failed : null;
    });
    expect(JSON.stringify(job)).not.toContain('wr0ng');
  });
});
