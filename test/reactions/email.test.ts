import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sendEmail } from '../../src/reactions/email.ts';
import { TryAgain } from '../../src/relay/outcome.ts';
import { eventually } from '../support/eventually.ts';
import { mailServer } from '../support/mail-server.ts';
import { shop } from './shop.ts';

const target = (port: number) => ({
  kind: 'email',
  smtp: `smtp://watch:pa%20ss@127.0.0.1:${port}`,
  from: 'Watchfire <watch@example.com>',
  to: ['ops@example.com', 'dev@example.com'],
});

/** A mail server that goes on answering `EHLO`, a line every 50 ms. */
async function slowMailServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('220 welcome\r\n');
    const lines = setInterval(() => void socket.write('250-and more\r\n'), 50);
    socket.once('close', () => clearInterval(lines));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

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
    const { port, mails, tried } = await mailServer((count) => (count === 1 ? 451 : count === 3 ? 554 : null));
    const action = { type: 'notify', target: 'mail', retry: { delay: 0 } };
    const { fire, jobs } = await shop({ actions: [action] }, { mail: target(port) });
    await fire();
    await jobs('completed');
    await fire('customer.8');
    const [job] = await jobs('failed');
    expect(job?.failedReason).toMatch(/^the mail server answered 554: /);
    expect([mails.length, tried.length]).toEqual([1, 3]);
  });

  test('whose server is never silent, and never done, is given up when the time is over', async () => {
    const mail = { ...target(await slowMailServer()), kind: 'email' } as const;
    const automation = { id: 'a', name: 'A' };
    const said = {
      subject: 's',
      body: 'b',
      severity: undefined,
      key: 'k',
      open: true,
      labels: {},
      automation,
    } as const;
    const sent = sendEmail(mail, { ...said, at: '2026-03-02T09:00:00Z' }, { id: 'f-1', timeoutMs: 300 });
    await expect(sent).rejects.toThrow(new TryAgain('timed out'));
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
