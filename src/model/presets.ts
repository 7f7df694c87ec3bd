import type { Preset } from './incoming.ts';
import { bullmqPreset } from './presets/bullmq.ts';
import { prefectPreset } from './presets/prefect.ts';
import { watchfirePreset } from './presets/watchfire.ts';

/** What makes events of what others send, by name. */
const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['watchfire', watchfirePreset],
  ['prefect', prefectPreset],
  ['bullmq', bullmqPreset],
]);

/** The preset of that name; undefined where there is none. */
export function presetNamed(name: string): Preset | undefined {
  return PRESETS.get(name);
}

/** The names of all, in order. */
export function presetNames(): string[] {
  return [...PRESETS.keys()];
}
