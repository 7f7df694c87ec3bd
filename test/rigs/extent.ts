/** What can be said of how much of a proof is done, see `npm run proof`. */
export type Extent = 'runs' | 'seed' | 'share' | 'entries' | 'cells' | 'seconds' | 'hashes';

/** The variable by which `npm run proof` hands an extent to the tests that it runs. */
export const variableOf = (name: Extent): string => `WATCHFIRE_PROOF_${name.toUpperCase()}`;

/** How much of something a test does: what `npm run proof` says, else the `small` part that belongs to `npm test`. */
export function extent(name: Extent, small: number): number {
  const said = process.env[variableOf(name)];
  return said === undefined ? small : Number(said);
}

/** Where a test begins with its random numbers: a failed run is repeated with the same. Tests print it. */
export function seedOfRun(): number {
  return extent('seed', Date.now() % 1_000_000_000);
}
