import { readDuration, roundDuration } from './duration.ts';
import { compareText } from './keys.ts';
import { isObject, isTexts, type Json, refuse } from './refusal.ts';

/** Labels in order of code point, each with its sorted patterns. */
export type Spec = readonly (readonly [name: string, patterns: readonly string[]])[];

/** Lists are sorted and free of repeats, `within` is in ms: two triggers that mean the same look the same. */
export type EventTrigger = {
  readonly type: 'event';
  readonly posture: 'Reactive' | 'Proactive';
  readonly match: Spec;
  readonly matchRelated: readonly Spec[];
  readonly after: readonly string[];
  readonly expect: readonly string[];
  readonly forEach: readonly string[];
  readonly threshold: number;
  readonly within: number;
  readonly repeat: boolean;
};

export type CompositeTrigger = {
  readonly type: 'compound' | 'sequence';
  readonly triggers: readonly Trigger[];
  readonly require: 'any' | 'all' | number;
  readonly needed: number;
  readonly within: number | null;
  readonly forEach: readonly string[];
};

export type Trigger = EventTrigger | CompositeTrigger;

export type Automation = {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly allowSelfTrigger: boolean;
  readonly trigger: Trigger;
};

const ROOT_KEYS = ['id', 'name', 'description', 'tags', 'owner_resource', 'created', 'updated', 'enabled', 'trigger'];
const ACTION_KEYS = ['actions', 'actions_on_trigger', 'actions_on_resolve'];
const EVENT_KEYS = ['id', 'type', 'posture', 'match', 'match_related', 'after', 'expect', 'for_each'];
const COUNT_KEYS = ['threshold', 'within', 'repeat'];
const SEQUENCE_KEYS = ['id', 'type', 'triggers', 'within', 'for_each'];

const SHORTEST_PROACTIVE_MS = 10_000;

/** Rules 5. Throws a `Refusal` at the first error met. */
export function readAutomation(document: unknown): Automation {
  if (!isObject(document)) return refuse('automation', 'must be an object');
  onlyKeys('', document, [...ROOT_KEYS, ...ACTION_KEYS, 'allow_self_trigger']);
  for (const key of ACTION_KEYS) checkActions(key, document[key]);
  if (document.trigger === undefined) refuse('trigger', 'is required');
  return {
    id: readText('id', document.id),
    name: readText('name', document.name),
    enabled: readBoolean('enabled', document.enabled, true),
    allowSelfTrigger: readBoolean('allow_self_trigger', document.allow_self_trigger, false),
    trigger: readTrigger('trigger', document.trigger),
  };
}

function onlyKeys(path: string, document: Json, known: readonly string[]): void {
  const unknown = Object.keys(document).find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(path === '' ? unknown : `${path}.${unknown}`, 'unknown key');
}

function readText(path: string, value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : refuse(path, 'is required');
}

function readBoolean(path: string, value: unknown, missing: boolean): boolean {
  if (value === undefined) return missing;
  return typeof value === 'boolean' ? value : refuse(path, 'must be true or false');
}

// Reading: the text asks for lists of actions, names no errors for them, and leaves their content to those who run them.
function checkActions(path: string, value: unknown): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) refuse(path, 'must be a list of actions');
  for (const [index, action] of value.entries())
    if (!isObject(action)) refuse(`${path}[${index}]`, 'must be an object');
}

function readTrigger(path: string, value: unknown): Trigger {
  if (!isObject(value)) return refuse(path, 'must be an object');
  const shape = 'triggers' in value ? ('require' in value ? 'compound' : 'sequence') : 'event';
  const type = value.type === undefined ? shape : value.type;
  if (type === 'event') return readEventTrigger(path, value);
  if (type === 'compound' || type === 'sequence') return readComposite(path, value, type);
  return refuse(`${path}.type`, 'must be "event", "compound" or "sequence"');
}

// Reading: nothing is said about a trigger id that is no string, and it has no effect: it is let pass.
function readEventTrigger(path: string, value: Json): EventTrigger {
  onlyKeys(path, value, [...EVENT_KEYS, ...COUNT_KEYS]);
  const posture = value.posture;
  if (posture === undefined) refuse(`${path}.posture`, 'is required');
  if (posture !== 'Reactive' && posture !== 'Proactive') {
    return refuse(`${path}.posture`, 'must be "Reactive" or "Proactive"');
  }
  const after = readTexts(`${path}.after`, value.after);
  const repeat = readBoolean(`${path}.repeat`, value.repeat, true);
  if (!repeat && (posture === 'Reactive' || after.length > 0)) {
    refuse(`${path}.repeat`, 'applies only to Proactive triggers without "after"');
  }
  return {
    type: 'event',
    posture,
    match: readSpec(`${path}.match`, value.match === undefined ? {} : value.match),
    matchRelated: readRelated(`${path}.match_related`, value.match_related),
    after,
    expect: readTexts(`${path}.expect`, value.expect),
    forEach: readTexts(`${path}.for_each`, value.for_each),
    threshold: readThreshold(`${path}.threshold`, value.threshold),
    within: readWithin(`${path}.within`, value.within === undefined ? 0 : value.within, posture),
    repeat,
  };
}

function readComposite(path: string, value: Json, type: 'compound' | 'sequence'): CompositeTrigger {
  onlyKeys(path, value, type === 'compound' ? [...SEQUENCE_KEYS, 'require'] : SEQUENCE_KEYS);
  const list = value.triggers;
  if (!Array.isArray(list)) return refuse(`${path}.triggers`, 'must be a list of triggers');
  if (list.length === 0) refuse(`${path}.triggers`, 'needs at least one trigger');
  const require = type === 'sequence' ? 'all' : readRequire(`${path}.require`, value.require, list.length);
  const within = value.within;
  return {
    type,
    triggers: list.map((item: unknown, index) => readTrigger(`${path}.triggers[${index}]`, item)),
    require,
    needed: require === 'any' ? 1 : require === 'all' ? list.length : require,
    within: within === undefined || within === null ? null : readWithin(`${path}.within`, within, null),
    forEach: readTexts(`${path}.for_each`, value.for_each),
  };
}

function readRequire(path: string, value: unknown, children: number): 'any' | 'all' | number {
  if (value === undefined) return refuse(path, 'is required');
  if (value === 'any' || value === 'all') return value;
  const inRange = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= children;
  return inRange ? value : refuse(path, `must be "any", "all" or a whole number from 1 to ${children}`);
}

function readThreshold(path: string, value: unknown): number {
  if (value === undefined) return 1;
  const whole = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  return whole ? value : refuse(path, 'must be a whole number, 0 or more');
}

function readWithin(path: string, value: unknown, posture: EventTrigger['posture'] | null): number {
  const exact = readDuration(value);
  if (exact === null) return refuse(path, 'must be a duration');
  if (exact < 0) refuse(path, 'must not be negative');
  if (posture !== 'Proactive') return roundDuration(exact);
  if (exact > 0 && exact < SHORTEST_PROACTIVE_MS) refuse(path, 'must be at least 10 seconds for a Proactive trigger');
  return exact === 0 ? SHORTEST_PROACTIVE_MS : roundDuration(exact);
}

function readTexts(path: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  return isTexts(value) ? asSet(value) : refuse(path, 'must be a list of strings');
}

function asSet(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}

function readSpec(path: string, value: unknown): Spec {
  if (!isObject(value)) return refuse(path, 'must be an object');
  return Object.keys(value)
    .sort(compareText)
    .map((name): Spec[number] => {
      const patterns = value[name];
      if (typeof patterns === 'string') return [name, [patterns]];
      return isTexts(patterns)
        ? [name, asSet(patterns)]
        : refuse(`${path}.${name}`, 'must be a string or a list of strings');
    });
}

/** Always-met specs are left out, so that `{}`, `[]` and `[{}]` are one and the same. */
function readRelated(path: string, value: unknown): readonly Spec[] {
  if (value === undefined) return [];
  const specs = Array.isArray(value)
    ? value.map((item: unknown, index) => readSpec(`${path}[${index}]`, item))
    : [readSpec(path, value)];
  const texts = specs.filter((spec) => spec.length > 0).map((spec) => JSON.stringify(spec));
  return asSet(texts).map((text): Spec => JSON.parse(text));
}
