/* Written by scripts/documents.ts from the schemas, which are what is checked at run time: do not edit. */

import type { DurationInput } from './basics.ts';

/** What an event of a list must be like, beyond its name. */
export type PatternDocument = {
  /** Pattern of its name, or a list of patterns; without it: any name */
  readonly event?: string | readonly string[];
  /** Labels of its primary resource, as in a trigger */
  readonly match?: Readonly<Record<string, string | readonly string[]>>;
  /** Labels of its related resources, as in a trigger */
  readonly match_related?:
    | Readonly<Record<string, string | readonly string[]>>
    | readonly Readonly<Record<string, string | readonly string[]>>[];
  /** A condition on it alone, in CEL, as in a trigger */
  readonly where?: string;
};

/** When the alert of a Reactive trigger ends. */
export type ResolveDocument = {
  /** Events that end it: patterns, as in "expect". Default: [] */
  readonly on?: readonly (string | PatternDocument)[];
  /** It ends when no expected event has come for so long */
  readonly after?: DurationInput;
};

/** A trigger that watches events. */
export type EventTriggerDocument = {
  /** A trigger of events; without it the other keys tell which kind is meant */
  readonly type?: 'event';
  /** Accepted, no effect */
  readonly id?: unknown;
  /** Reactive: fires when events come. Proactive: fires when they do not come in time. Default: "Reactive" */
  readonly posture?: 'Reactive' | 'Proactive';
  /** Labels of the primary resource: label -> pattern or list of patterns. Default: {} */
  readonly match?: Readonly<Record<string, string | readonly string[]>>;
  /** The same for related resources; each map of a list must find its resource. Default: {} */
  readonly match_related?:
    | Readonly<Record<string, string | readonly string[]>>
    | readonly Readonly<Record<string, string | readonly string[]>>[];
  /** A condition in CEL that holds for every event of the trigger, such as payload.total > 1000 */
  readonly where?: string;
  /** Arming events: patterns of their names, or objects that say more. Default: [] */
  readonly after?: readonly (string | PatternDocument)[];
  /** Expected events: patterns of their names, or objects that say more; none means any event. Default: [] */
  readonly expect?: readonly (string | PatternDocument)[];
  /** Events that end the window of their key: counting begins anew. Default: [] */
  readonly reset?: readonly (string | PatternDocument)[];
  /** Labels, or payload.<path>, whose values make up the key: each key has its own window. Default: [] */
  readonly for_each?: readonly string[];
  /** How many expected events are needed, or different values with "distinct"; with "sum": how much. Default: 1 */
  readonly threshold?: number;
  /** What is counted: how many different values this CEL expression has, such as payload.ip */
  readonly distinct?: string;
  /** What is counted: the sum of what this CEL expression gives, such as payload.amount */
  readonly sum?: string;
  /** Length of the window: seconds, or text such as 30s, 1h30m, 10 minutes, PT1H, 0:05:00. Default: 0 */
  readonly within?: DurationInput;
  /** sliding: any stretch of the length "within"; tumbling: one window after another (Reactive). Default: "tumbling" */
  readonly window?: 'tumbling' | 'sliding';
  /** How long a key is quiet after a firing; sliding windows without "resolve": as long as "within" (Reactive) */
  readonly cooldown?: DurationInput;
  /** Gives the key an alert that ends; meanwhile it does not fire again (Reactive, root) */
  readonly resolve?: ResolveDocument;
  /** Fires again so often while the alert lasts (root; with "resolve", or Proactive with "after") */
  readonly remind?: DurationInput;
  /** Most reminders of one alert */
  readonly remind_limit?: number;
  /** How many of the last events of its window a firing brings (root). Default: 0 */
  readonly collect?: number;
  /** false: alert only once in a silence (Proactive without "after"). Without it: true, or false where there is "for_each" */
  readonly repeat?: boolean;
  readonly triggers?: never;
  readonly require?: never;
  readonly unless?: never;
};

/** A trigger that combines others, in any order. */
export type CompoundDocument = {
  /** Accepted, no effect */
  readonly id?: unknown;
  /** The triggers that are combined, its children */
  readonly triggers: readonly TriggerDocument[];
  /** How far apart the child firings may lie; null is no limit. Default: null */
  readonly within?: DurationInput | null;
  /** Labels, or payload.<path>, whose values the child firings must share: each group fires on its own. Default: [] */
  readonly for_each?: readonly string[];
  /** Events after which their group begins anew: patterns of their names, or objects that say more. Default: [] */
  readonly unless?: readonly (string | PatternDocument)[];
  /** Children in any order */
  readonly type?: 'compound';
  /** How many children must fire */
  readonly require: 'any' | 'all' | number;
  readonly posture?: never;
  readonly match?: never;
  readonly match_related?: never;
  readonly where?: never;
  readonly after?: never;
  readonly expect?: never;
  readonly reset?: never;
  readonly threshold?: never;
  readonly distinct?: never;
  readonly sum?: never;
  readonly window?: never;
  readonly cooldown?: never;
  readonly resolve?: never;
  readonly remind?: never;
  readonly remind_limit?: never;
  readonly collect?: never;
  readonly repeat?: never;
};

/** A trigger that combines others, one after another. */
export type SequenceDocument = {
  /** Accepted, no effect */
  readonly id?: unknown;
  /** The triggers that are combined, its children */
  readonly triggers: readonly TriggerDocument[];
  /** How far apart the child firings may lie; null is no limit. Default: null */
  readonly within?: DurationInput | null;
  /** Labels, or payload.<path>, whose values the child firings must share: each group fires on its own. Default: [] */
  readonly for_each?: readonly string[];
  /** Events after which their group begins anew: patterns of their names, or objects that say more. Default: [] */
  readonly unless?: readonly (string | PatternDocument)[];
  /** Children one after another, in their order */
  readonly type?: 'sequence';
  readonly require?: never;
  readonly posture?: never;
  readonly match?: never;
  readonly match_related?: never;
  readonly where?: never;
  readonly after?: never;
  readonly expect?: never;
  readonly reset?: never;
  readonly threshold?: never;
  readonly distinct?: never;
  readonly sum?: never;
  readonly window?: never;
  readonly cooldown?: never;
  readonly resolve?: never;
  readonly remind?: never;
  readonly remind_limit?: never;
  readonly collect?: never;
  readonly repeat?: never;
};

/** A trigger as people write it. */
export type TriggerDocument = EventTriggerDocument | CompoundDocument | SequenceDocument;
