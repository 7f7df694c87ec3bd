/*
 * What the schemas of src/model cannot say as exactly as a type can. given.ts and got.ts are written from the schemas and use these.
 */

/** Label names with their values. */
export type Labels = Readonly<Record<string, string>>;

/** A resource: its labels, of which `id` is required. */
export type Resource = Labels & ({ readonly id: string } | { readonly 'prefect.resource.id': string });

/** A related resource: `id` and `role` are required. */
export type RelatedResource = Resource & ({ readonly role: string } | { readonly 'prefect.resource.role': string });

/** Any object but a list. */
export type Payload = Readonly<Record<string, unknown>> | (object & { readonly [Symbol.iterator]?: never });

type Unit = 'w' | 'd' | 'h' | 'm' | 's';
type UnitWord = 'week' | 'day' | 'hour' | 'minute' | 'second';
type LengthPart = `${number}${Unit | UnitWord | `${UnitWord}s`}` | `${number} ${Unit | UnitWord | `${UnitWord}s`}`;

/** A length of time: a number of seconds, or text such as 30s, 5m, 1h30m, 10 minutes, PT1H, 0:05:00. */
export type DurationInput =
  | number
  | LengthPart
  | `${LengthPart} ${string}`
  | `${number}${Unit}${number}${Unit}`
  | `${number}${Unit}${number}${Unit}${number}${Unit}`
  | `P${string}`
  | `${number}:${number}:${number}`;

type LettersOf<Text extends string, Found = never> = Text extends `${infer First}${infer Rest}`
  ? LettersOf<Rest, Found | First>
  : Found;
type Letter = LettersOf<'abcdefghijklmnopqrstuvwxyzßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ'>;
type Further = Letter | Uppercase<Letter> | LettersOf<'0123456789-_.:/ '>;
/** A text that does not begin with this letter, but with another, a capital, a digit, a character of a script without case. */
type NotFirst<L extends Letter> = `${Exclude<Letter, L>}${string}` | Capitalize<string>;

/**
 * Any text but `queue`, spelled out by the first letter that differs. So the compiler finds a queue action whose `queue` is missing. A
 * text that is known only at run time needs a cast.
 */
export type FreeActionType =
  | NotFirst<'q'>
  | `q${NotFirst<'u'>}`
  | `qu${NotFirst<'e'>}`
  | `que${NotFirst<'u'>}`
  | `queu${NotFirst<'e'>}`
  | `queue${Further}${string}`;

/** An action of any other type than `queue`: its job goes to the queue `actions`, its keys are for the handler that knows the type. */
export type FreeAction = {
  readonly type: FreeActionType;
  readonly queue?: never;
  /** How long its job waits before it may run */
  readonly schedule_after?: DurationInput | null;
  readonly [key: string]: unknown;
};

/** A CloudEvent 1.0 in structured JSON; further attributes become labels of its resource. */
export type CloudEventInput = {
  readonly specversion: '1.0';
  /** Unique for its source */
  readonly id: string;
  /** Where it comes from */
  readonly source: string;
  /** The name of what happened */
  readonly type: string;
  /** The id of the resource; without it: the source */
  readonly subject?: string | null;
  /** When it happened, ISO 8601; without it: when it arrived */
  readonly time?: string | null;
  /** The payload */
  readonly data?: unknown;
  readonly event?: never;
  readonly [attribute: string]: unknown;
};
