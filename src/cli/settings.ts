import { parseDuration } from '../model/duration.ts';
import { Misuse } from './verb.ts';

type Options = Readonly<Record<string, unknown>>;

/** An option that is a whole number from `least` to `most`. @throws Misuse */
export function wholeOption(options: Options, name: string, least: number, most: number): number {
  const text = String(options[name]);
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Misuse(`--${dashed(name)}: must be a whole number from ${least} to ${most} (found "${text}")`);
}

/** An option that is a length of time, in ms; null when it was not given. @throws Misuse */
export function durationOption(options: Options, name: string): number | null {
  if (options[name] === undefined) return null;
  const text = String(options[name]);
  const duration = parseDuration(text);
  if (duration && duration.sign >= 0) return duration.ms;
  throw new Misuse(`--${dashed(name)}: must be a duration like 1h (found "${text}")`);
}

/** `olderThan`, commander's name of an option, as it is spelled. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
