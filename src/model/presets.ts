import type { Preset } from './incoming.ts';
import { alertmanagerPreset } from './presets/alertmanager.ts';
import { bullmqPreset } from './presets/bullmq.ts';
import { cloudeventsPreset } from './presets/cloudevents.ts';
import { githubPreset } from './presets/github.ts';
import { jsonPreset } from './presets/json.ts';
import { prefectPreset } from './presets/prefect.ts';
import { shopifyPreset } from './presets/shopify.ts';
import { slackPreset } from './presets/slack.ts';
import { stripePreset } from './presets/stripe.ts';
import { watchfirePreset } from './presets/watchfire.ts';

/** What makes events of what others send, by name. */
const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['watchfire', watchfirePreset],
  ['prefect', prefectPreset],
  ['bullmq', bullmqPreset],
  ['cloudevents', cloudeventsPreset],
  ['github', githubPreset],
  ['stripe', stripePreset],
  ['shopify', shopifyPreset],
  ['slack', slackPreset],
  ['alertmanager', alertmanagerPreset],
  ['json', jsonPreset],
]);

/** The preset of that name; undefined where there is none. */
export function presetNamed(name: string): Preset | undefined {
  return PRESETS.get(name);
}

/** The names of all, in order. */
export function presetNames(): string[] {
  return [...PRESETS.keys()];
}
