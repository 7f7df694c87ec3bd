import { parseArgs } from 'node:util';
import { usageOf } from '../../support/usage.ts';
import type { Durability } from '../chaos/options.ts';
import { LACKS, type Lack } from './lacks.ts';

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
  /** Share of the events that go by the front log. */
  front: number;
  durability: Durability;
  /** A protection that the engine of the workers lacks, by its name in LACKS; null: none. */
  without: Lack | null;
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
  front: 0.1,
  seed: 0,
  limit: 3_600,
} as const;

const MODES: readonly string[] = ['memory', 'fsync', 'replicated'] satisfies Durability[];

export const USAGE = usageOf('npm run proof -- cluster', {
  ...DEFAULTS,
  durability: 'replicated (memory, fsync)',
  without: `none (${Object.keys(LACKS).join(', ')}: it has to go wrong then)`,
  verbose: '',
});

type Given = Readonly<{ durability: string; verbose: boolean; without?: string }>;

/** @throws TypeError for an unknown option, or one that is no number */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, { type: 'string' as const }])),
      durability: { type: 'string', default: 'replicated' },
      without: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const { durability, verbose, without, ...given } = values as Record<string, string> & Given;
  if (without !== undefined && !(without in LACKS))
    throw new TypeError(`--without must be one of ${Object.keys(LACKS).join(', ')}`);
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
    without: (without ?? null) as Lack | null,
    verbose,
  };
}
