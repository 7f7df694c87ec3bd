import { createTransport } from 'nodemailer';
import { FailedForGood, TryAgain } from '../relay/outcome.ts';
import { type Message, withLinkLines } from './messages.ts';
import type { MessageTarget } from './target.ts';

/** Longest subject: servers refuse headers that are much longer. */
const SUBJECT_CHARACTERS = 250;

/**
 * Sends a message as an e-mail. Its Message-ID is made of the job's id, so that a repeat is recognised; all that belongs to one alert is
 * one thread.
 * @throws FailedForGood when the server refuses it for good (5xx), else TryAgain
 */
export async function sendEmail(
  { smtp, from, to }: Extract<MessageTarget, { kind: 'email' }>,
  { subject, body, key, links }: Message,
  { id, timeoutMs, ca }: Readonly<{ id: string; timeoutMs: number; ca?: string | undefined }>,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const transport = createTransport({
    url: smtp,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A connection that is given up is closed at once.
    socketCloseTimeout: 0,
    // Neither may a text name a file or an address that the mail would bring along.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  const thread = `<${Buffer.from(key).toString('base64url').slice(0, 200)}@watchfire>`;
  try {
    await transport.sendMail({
      from,
      to: typeof to === 'string' ? to : [...to],
      subject: subject.slice(0, SUBJECT_CHARACTERS).toWellFormed(),
      text: withLinkLines(body, links),
      messageId: `<${id}@watchfire>`,
      references: thread,
      inReplyTo: thread,
      headers: { 'Auto-Submitted': 'auto-generated' },
      // The times above are for each step of the conversation, this is for all of it.
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw new TryAgain('timed out');
    const { responseCode = 0 } = error as { responseCode?: number };
    const reason = `the mail server ${responseCode === 0 ? 'cannot be used' : `answered ${responseCode}`}: ${(error as Error).message}`;
    if (responseCode >= 500) throw new FailedForGood(reason);
    throw new TryAgain(reason, 0, { cause: error });
  } finally {
    transport.close();
  }
}
