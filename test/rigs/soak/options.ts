import { parseArgs } from 'node:util';
import { usageOf } from '../../support/usage.ts';

/** How long and how hard a run is. Times are in minutes. */
export type Options = Readonly<{
  minutes: number;
  /** Events a second. */
  rate: number;
  workers: number;
  /** How long applied events, firings and dead letters stay. */
  retention: number;
  /** How long event ids and jobs that are gone are remembered; 0: as long as the engine does by itself. */
  remember: number;
  seed: number;
}>;

const DEFAULTS: Options = { minutes: 60, rate: 2_000, workers: 2, retention: 5, remember: 2, seed: 0 };

export const USAGE = usageOf('npm run proof -- soak', DEFAULTS);

/** Reads `--minutes 60 …`. @throws TypeError for what is no number or unknown */
export function optionsOf(args: readonly string[]): Options {
  const names = Object.keys(DEFAULTS) as (keyof Options)[];
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const number = (name: keyof Options): number => {
    const value = values[name] === undefined ? DEFAULTS[name] : Number(values[name]);
    if (!(Number.isFinite(value) && value >= 0)) throw new TypeError(`--${name} must be a number, 0 or more`);
    return value;
  };
  return {
    minutes: number('minutes'),
    rate: number('rate'),
    workers: Math.max(1, Math.round(number('workers'))),
    retention: number('retention'),
    remember: number('remember'),
    seed: number('seed') || Date.now() % 1_000_000,
  };
}
