import { InvalidDocument } from '../errors.ts';
import type { Drafted, Incoming } from '../model/incoming.ts';
import { joinPath } from '../model/issue.ts';
import { deliveryId } from '../model/presets/delivery-id.ts';
import { pathOf, SCHEMES, type Scheme, type SourceOf, type SourceSpec } from '../model/source.ts';
import { EVENT_KEYS, mapOf, presetNameOf } from '../model/source-map.ts';
import { secretProblem } from './signatures.ts';

/** Longest body, in bytes: a list of some thousand events. What GitHub sends can be longer. */
const BODY_BYTES = 5_000_000;
const GITHUB_BODY_BYTES = 26_214_400;

/** Presets of documents that are events already: what is wrong with one is said to its sender, and nothing is kept of it. */
const EVENTS: ReadonlySet<string> = new Set(['watchfire', 'cloudevents']);

/** Keys by which a source changes what its preset makes. */
const CHANGES = ['where', ...EVENT_KEYS] as const;

type HttpSpec = SourceOf<'webhook'> | SourceOf<'cloudevents'>;

/** A path at which events come in, and what is asked of those who send there. */
export type WayIn = Readonly<{
  name: string;
  path: string;
  preset: string | null;
  /** How bodies are signed, and with what; null: they are not */
  signed: Readonly<{ scheme: Scheme; secrets: readonly string[] }> | null;
  /** Bearer tokens, one of which senders show; none: they need none */
  tokens: readonly string[];
  /** Most events in a second; null: no bound of its own */
  rate: number | null;
  maxBytes: number;
  /** Whether what does not become an event is refused; else it becomes a dead letter */
  strict: boolean;
  /** @throws InvalidDocument */
  draft: (incoming: Incoming) => readonly Drafted[];
  /** The id of a delivery; null where it has none */
  idOf: (incoming: Omit<Incoming, 'id'>) => string | null;
}>;

/** The ways in of a list of sources, by their paths. @throws InvalidDocument for a source that nobody may leave as it is */
export function waysIn(specs: readonly SourceSpec[], { open }: Readonly<{ open: boolean }>): Map<string, WayIn> {
  const ways = new Map<string, WayIn>();
  for (const [place, spec] of specs.entries()) {
    if (spec.type !== 'webhook' && spec.type !== 'cloudevents') continue;
    const way = wayIn(spec, joinPath('sources', place));
    if (open && way.signed === null && way.tokens.length === 0) {
      const reason =
        'is required, or a token, where other machines can send: without both it may listen on 127.0.0.1 only';
      throw new InvalidDocument(joinPath(joinPath('sources', place), 'secret'), reason);
    }
    ways.set(way.path, way);
  }
  return ways;
}

function wayIn(spec: HttpSpec, path: string): WayIn {
  const map = mapOf(spec, path);
  const preset = presetNameOf(spec);
  return Object.freeze({
    name: spec.name,
    path: pathOf(spec) ?? '',
    preset,
    signed: signedBy(spec, preset, path),
    tokens: listed(spec.token),
    rate: spec.rate ?? null,
    maxBytes: preset === 'github' ? GITHUB_BODY_BYTES : BODY_BYTES,
    strict: preset !== null && EVENTS.has(preset) && CHANGES.every((key) => spec[key] === undefined),
    draft: (incoming: Incoming) => map.apply(incoming),
    idOf: (incoming: Omit<Incoming, 'id'>) => deliveryId(preset ?? undefined, incoming),
  });
}

function signedBy(spec: HttpSpec, preset: string | null, path: string): WayIn['signed'] {
  const scheme = spec.signature ?? SCHEMES.find((one) => one === preset) ?? 'standard';
  const secrets = listed(spec.secret);
  if (secrets.length === 0) return null;
  for (const secret of secrets) {
    const problem = secretProblem(scheme, secret);
    if (problem !== null) throw new InvalidDocument(joinPath(path, 'secret'), problem);
  }
  return { scheme, secrets };
}

function listed(given: string | readonly string[] | undefined): readonly string[] {
  return given === undefined ? [] : [given].flat();
}
