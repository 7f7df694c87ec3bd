import { type Logger, pino } from 'pino';

export type Line = { level: number; msg: string } & Record<string, unknown>;

/** A logger, and what was said to it. */
export function logLines(): { logger: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { logger, lines };
}
