import { type Command, Option } from 'commander';
import { DURABILITY_MODES, parseSettings, type Settings } from '../config.ts';
import { parseDuration } from '../model/duration.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import { dashed } from './dashed.ts';
import { Misuse } from './verb.ts';
import { durationInWords } from './view/words.ts';

type Options = Readonly<Record<string, unknown>>;

/** What a setting is when its option is left out, for the help of the option: `(default: 1d)`. */
export function byDefault(setting: keyof Settings): string {
  const value = parseSettings({})[setting];
  return `(default: ${setting.endsWith('Ms') ? durationInWords(Number(value)) : String(value)})`;
}

/** An option that is a whole number from `least` to `most`; `most` null: as large as can be written, or "all". @throws Misuse */
export function wholeOption(options: Options, name: string, least: number, most: number | null): number {
  const text = String(options[name]);
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= (most ?? number)) return number;
  const range = most === null ? `${least} on, or all` : `${least} to ${most}`;
  throw new Misuse(`--${dashed(name)}: must be a whole number from ${range} (found "${text}")`);
}

/** An option that is a length of time, in ms; null when it was not given. @throws Misuse */
export function durationOption(options: Options, name: string): number | null {
  if (options[name] === undefined) return null;
  const text = String(options[name]);
  const duration = parseDuration(text);
  if (duration && duration.sign >= 0) return duration.ms;
  throw new Misuse(`--${dashed(name)}: must be a duration like 1h (found "${text}")`);
}

/** A moment, or how long before now it was. */
export type Since = Readonly<{ at: number }> | Readonly<{ ago: number }>;

/** An option that is a time or a length of time until now; null when it was not given. Without a zone a time is in UTC. @throws Misuse */
export function sinceOption(options: Options, name: string): Since | null {
  if (options[name] === undefined) return null;
  const text = String(options[name]).trim();
  const duration = parseDuration(text);
  if (duration && duration.sign >= 0) return { ago: duration.ms };
  const at = parseTimestamp(text);
  if (at !== undefined) return { at };
  const forms = 'a duration like 1h, or a time like "2026-11-28 18:00" (UTC) or 2026-11-28T18:00+01:00';
  throw new Misuse(`--${dashed(name)}: must be ${forms} (found "${text}")`);
}

/** The moment that is meant, in ms. */
export function momentOf(since: Since, nowMs: number): number {
  return 'at' in since ? since.at : nowMs - since.ago;
}

/** A setting that is a whole number, where its option was given. @throws Misuse */
export function wholeSetting(setting: keyof Settings, options: Options): Partial<Settings> {
  return matching(setting, options, /^\d+$/, 'a whole number');
}

/** The same for one that may have a fraction. @throws Misuse */
export function numberSetting(setting: keyof Settings, options: Options): Partial<Settings> {
  return matching(setting, options, /^\d+(\.\d+)?$/, 'a number');
}

function matching(setting: keyof Settings, options: Options, form: RegExp, what: string): Partial<Settings> {
  const text = options[setting];
  if (text === undefined) return {};
  if (!form.test(String(text))) throw new Misuse(`--${dashed(setting)}: must be ${what} (found "${String(text)}")`);
  return { [setting]: Number(text) };
}

/** A setting in milliseconds, whose option is a duration and named without the unit. @throws Misuse */
export function durationSetting(setting: `${string}Ms` & keyof Settings, options: Options): Partial<Settings> {
  const name = setting.slice(0, -2);
  const text = options[name];
  if (text === undefined) return {};
  const read = parseDuration(text);
  if (!read || read.sign < 0) {
    throw new Misuse(`--${dashed(name)}: must be a duration like 24h (found "${String(text)}")`);
  }
  return { [setting]: read.ms };
}

/** Declares the options for how durable what is written has to be. */
export function durabilityOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--durability <mode>', 'what counts as kept: in memory, on disk, on replicas too').choices([
        ...DURABILITY_MODES,
      ]),
    )
    .option(
      '--min-replicas <replicas>',
      `replicas that must have it in the mode replicated ${byDefault('minReplicas')}`,
    )
    .option(
      '--durability-timeout <duration>',
      `how long to wait for disk or replicas ${byDefault('durabilityTimeoutMs')}`,
    );
}

/** What was given of them. @throws Misuse */
export function durabilitySettings(options: Options): Partial<Settings> {
  const durability = options.durability as Settings['durability'] | undefined;
  return {
    ...(durability === undefined ? {} : { durability }),
    ...wholeSetting('minReplicas', options),
    ...durationSetting('durabilityTimeoutMs', options),
  };
}
