import type { Command } from 'commander';
import { type Logger, pino } from 'pino';
import { levelOfSubject, logLevels, SUBJECTS } from './log-levels.ts';
import { sayerOf } from './secret-files.ts';
import { LOG_LEVELS } from './setting-list.ts';
import type { Io } from './verb.ts';
import { jsonText, plain, plainLines } from './view/output.ts';

/** A log of which only warnings and errors are shown, as lines on stderr, for verbs whose output is something else. */
export function warningsTo(io: Pick<Io, 'err'>): Logger {
  return pino({ level: 'warn' }, { write: (text: string) => io.err(`watchfire: ${plain(sentenceOf(text))}`) });
}

/** What actions of type `log` say, as lines on stderr, whatever their level. */
export function linesTo(io: Pick<Io, 'err'>): Logger {
  return pino({ level: 'trace' }, { write: (text: string) => io.err(plain(sentenceOf(text))) });
}

/** What a line of the log may say of its subject: the key of Redis, or a source and its entry, and why. */
type LogLine = Partial<Record<'key' | 'source' | 'entry' | 'error' | 'reason' | 'found', string>> & { msg: string };

function sentenceOf(logLine: string): string {
  const { msg, key, source, entry, error, reason, found } = JSON.parse(logLine) as LogLine;
  const about = [key, source, entry, error ?? reason ?? found].filter((text) => text !== undefined).join(' ');
  return about === '' ? msg : `${msg}: ${about}`;
}

/** Declares how much a program that runs on and on says. */
export function levelOption(command: Command): Command {
  return command.option(
    '--log-level <level>',
    `one of ${LOG_LEVELS.join(', ')}; beside it levels of ${SUBJECTS.join(', ')}, as info,firings=warn`,
    'info',
  );
}

/** Lines of JSON for programs, readable ones for people. @throws Misuse */
export async function loggerOn(io: Io, options: Readonly<Record<string, unknown>>): Promise<Logger> {
  const levels = logLevels(String(options.logLevel), sayerOf(options, 'logLevel'));
  const parts = { level: levels.level, onChild: levelOfSubject(levels) };
  if (!io.interactive) return pino(parts, { write: (line) => io.out(jsonText(JSON.parse(line))) });
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({ colorize: io.color, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' });
  return pino(parts, { write: (line) => io.out(pretty(JSON.stringify(JSON.parse(line, shown))).trimEnd()) });
}

/** What a line says, of events as well, in characters that a terminal shows. */
function shown(name: string, value: unknown): unknown {
  if (typeof value === 'string') return name === 'stack' ? plainLines(value) : plain(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [plain(name), inner]));
}
