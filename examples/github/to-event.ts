import type { RelatedResource, Resource } from '../../src/index.ts';
import type { JsonObject } from '../../src/model/presets/fields.ts';
import { githubPreset } from '../../src/model/presets/github.ts';

/** One delivery of a webhook: the headers `X-GitHub-Event` and `X-GitHub-Delivery`, and the parsed body. */
export type Delivery = Readonly<{ kind: string; id: string; payload: JsonObject }>;

/** An event as `watchfire.emit` takes it. */
export type GitHubEvent = {
  id: string;
  event: string;
  resource: Resource;
  related: RelatedResource[];
  occurred?: string;
  payload: Record<string, unknown>;
};

/** Turns a delivery into an event, as a source with the preset `github` does with what GitHub sends to it. */
export function toEvent({ kind, id, payload }: Delivery): GitHubEvent {
  const [event] = githubPreset({ source: 'github', entry: payload, headers: { 'x-github-event': kind }, id });
  return event as unknown as GitHubEvent;
}
