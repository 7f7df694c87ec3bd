import type { Labels } from './event.ts';

/** What came in from outside, before it is an event: an entry of a stream, the body of a request, a line of a file. */
export type Incoming = Readonly<{
  /** Name of the source that it came by */
  source: string;
  /** The parsed body or line, or the fields of the entry; `entry` in conditions and templates */
  entry: unknown;
  /** Headers of the request by their names in lower case; nothing elsewhere; `headers` in conditions and templates */
  headers: Readonly<Record<string, string>>;
  /** The id of what it becomes, where neither preset nor map gives one: `<source>:<entry id>`, `<source>:<delivery id>`; null: none */
  id: string | null;
}>;

/** An event as a preset or map draws it up: what `emit` takes, and checks. */
export type Drafted = Readonly<{
  id?: string | null;
  event: string;
  resource: Labels;
  related?: readonly Labels[];
  occurred?: string | number | null;
  follows?: string;
  payload?: Readonly<Record<string, unknown>>;
}>;

/**
 * Makes events of what a well-known service sends: often one, several of a batch, none of what only asks whether we are there.
 * @throws InvalidDocument with the path of what is missing, in the entry or in `headers`
 */
export type Preset = (incoming: Incoming) => readonly Drafted[];
