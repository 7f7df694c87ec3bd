import { type Logger, pino } from 'pino';
import type { Io } from './verb.ts';
import { plain } from './view/output.ts';

/** A log of which only warnings and errors are shown, as lines on stderr, for verbs whose output is something else. */
export function warningsTo(io: Pick<Io, 'err'>): Logger {
  return pino({ level: 'warn' }, { write: (text: string) => io.err(`watchfire: ${plain(sentenceOf(text))}`) });
}

function sentenceOf(logLine: string): string {
  const { msg, error, reason } = JSON.parse(logLine) as { msg: string; error?: string; reason?: string };
  const cause = error ?? reason;
  return cause === undefined ? msg : `${msg}: ${cause}`;
}
