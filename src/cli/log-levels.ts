import type { Logger } from 'pino';
import { LOG_LEVELS } from './setting-list.ts';
import { Misuse } from './verb.ts';

/** What lines are about that have a level of their own, where it is set. Other lines have none of these. */
export const SUBJECTS = ['firings', 'deliveries', 'definitions'] as const;

/** `level`: of all lines that say nothing else; `of`: those of subjects. */
export type LogLevels = Readonly<{ level: string; of: ReadonlyMap<string, string> }>;

/** Reads `info` or `info,firings=warn`. @throws Misuse */
export function logLevels(text: string, by: string): LogLevels {
  const of = new Map<string, string>();
  let level = 'info';
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, subject, named = part] = /^(\w+)=(\w*)$/.exec(part) ?? [];
    if (subject !== undefined && !(SUBJECTS as readonly string[]).includes(subject))
      throw new Misuse(`${by}: must name one of ${SUBJECTS.join(', ')} (found "${subject}")`);
    if (!(LOG_LEVELS as readonly string[]).includes(named))
      throw new Misuse(`${by}: must be one of ${LOG_LEVELS.join(', ')} (found "${named}")`);
    if (subject === undefined) level = named;
    else of.set(subject, named);
  }
  return { level, of };
}

/** For pino's `onChild`: a child of a subject gets the level of that. */
export function levelOfSubject({ of }: LogLevels): (child: Logger) => void {
  return (child) => {
    const { subject } = child.bindings();
    const level = of.get(String(subject));
    if (level !== undefined) child.level = level;
  };
}
