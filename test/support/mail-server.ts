import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';

/** A mail as it came: by whom, to whom, and its text with headers. */
export type Mail = Readonly<{ user: string; to: readonly string[]; text: string }>;

/** `tried`: all that came; `mails`: what was taken. */
export type MailServer = Readonly<{ port: number; tried: readonly Mail[]; mails: readonly Mail[] }>;

/**
 * A mail server on loopback that knows the password `pa ss`.
 * @param refuse the status that it answers the nth mail with; null to take it
 */
export async function mailServer(refuse?: (count: number) => number | null): Promise<MailServer> {
  const [tried, mails]: [Mail[], Mail[]] = [[], []];
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) =>
      password === 'pa ss' ? done(null, { user: username }) : done(new Error(`${password} is none of ${username}`)),
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString('utf8');
      });
      stream.on('end', () => {
        const mail = { user: String(session.user), to: session.envelope.rcptTo.map(({ address }) => address), text };
        tried.push(mail);
        const code = refuse?.(tried.length) ?? null;
        if (code !== null) return done(Object.assign(new Error('not now'), { responseCode: code }));
        mails.push(mail);
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as { port: number }).port, tried, mails };
}
