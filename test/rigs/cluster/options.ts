import { parseArgs } from 'node:util';
import { usageOf } from '../../support/usage.ts';
import type { Durability } from '../chaos/options.ts';

/** How much of everything there is in a run. */
export type Options = Readonly<{
  /** How long events come. */
  seconds: number;
  /** Events asked for in a second. */
  rate: number;
  partitions: number;
  workers: number;
  /** Primaries that are killed; each is started again as a replica when another one has its slots. */
  kills: number;
  /** Slots of partitions that are moved to another node, with all of their keys. */
  moves: number;
  /** Nodes that nobody reaches for a while. */
  cuts: number;
  workerKills: number;
  /** After so many ms of silence a node counts as lost. */
  timeout: number;
  durability: Durability;
  seed: number;
  /** Seconds after which it is given up. */
  limit: number;
  verbose: boolean;
}>;

const DEFAULTS = {
  seconds: 600,
  rate: 1_000,
  partitions: 16,
  workers: 3,
  kills: 10,
  moves: 20,
  cuts: 3,
  'worker-kills': 60,
  timeout: 5_000,
  seed: 0,
  limit: 3_600,
} as const;

const MODES: readonly string[] = ['memory', 'fsync', 'replicated'] satisfies Durability[];

export const USAGE = usageOf('npm run proof -- cluster', {
  ...DEFAULTS,
  durability: 'replicated (memory, fsync)',
  verbose: '',
});

/** @throws TypeError for an unknown option, or one that is no number */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, { type: 'string' as const }])),
      durability: { type: 'string', default: 'replicated' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const { durability, verbose, ...given } = values as Record<string, string> & { durability: string; verbose: boolean };
  if (!MODES.includes(durability)) throw new TypeError(`--durability must be one of ${MODES.join(', ')}`);
  const numbers = Object.fromEntries(
    Object.entries({ ...DEFAULTS, ...given }).map(([name, text]) => {
      if (String(text) === '' || !Number.isFinite(Number(text))) throw new TypeError(`--${name} must be a number`);
      return [name, Number(text)];
    }),
  ) as Record<keyof typeof DEFAULTS, number>;
  const { 'worker-kills': workerKills, seed, ...others } = numbers;
  return {
    ...others,
    workerKills,
    seed: seed || Date.now() % 1_000_000_000,
    durability: durability as Durability,
    verbose,
  };
}
