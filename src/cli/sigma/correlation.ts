import type { EventTriggerDocument, PatternDocument, TriggerDocument } from '../../documents/triggers.ts';
import { isRecord } from '../../model/record.ts';
import { patternOf } from './detection.ts';
import { fieldIn } from './field.ts';
import { Untranslatable } from './untranslatable.ts';

export type SigmaRule = Readonly<Record<string, unknown>>;

/** A trigger, and what differs from what the rule says: sentences for people. */
export type Translated = Readonly<{ trigger: TriggerDocument; notes: readonly string[] }>;

/** Most events that a sliding window may need (rules 17). */
const SLIDING_LIMIT = 1_000;

/** Chains of correlations are short; a bound on those that go round in a circle. */
const CHAIN_LIMIT = 8;

/** Rules by what others may call them: their names and their ids. */
export type Rules = ReadonlyMap<string, SigmaRule>;

type Correlation = Readonly<{
  type: unknown;
  rules: readonly string[];
  keys: readonly string[];
  within: string;
  condition: unknown;
}>;

/** A rule of Sigma, a correlation or a detection alone, as a trigger. @throws Untranslatable */
export function triggerOf(rule: SigmaRule, rules: Rules, chain = 0): Translated {
  if (chain > CHAIN_LIMIT) throw new Untranslatable('its correlations are chained too deep');
  if (rule.correlation === undefined) return { trigger: { expect: [patternOf(rule)] }, notes: [] };
  const correlation = correlationIn(rule.correlation);
  switch (correlation.type) {
    case 'event_count':
    case 'value_count':
    case 'value_sum':
      return counting(correlation, rules);
    case 'temporal':
    case 'temporal_ordered':
      return together(correlation, rules, chain);
    default:
      throw new Untranslatable(`the type ${JSON.stringify(correlation.type ?? null)} has no counterpart`);
  }
}

function correlationIn(correlation: unknown): Correlation {
  if (!isRecord(correlation)) throw new Untranslatable('its "correlation" is no map');
  const { type, rules, timespan, condition } = correlation;
  const names = textsIn(rules);
  if (names.length === 0) throw new Untranslatable('it names no rules');
  if (typeof timespan !== 'string' || !/^\d+[smhdw]$/.test(timespan)) {
    throw new Untranslatable(
      `the timespan ${JSON.stringify(timespan ?? null)} has no counterpart: write s, m, h, d or w`,
    );
  }
  const fields = textsIn(correlation['group-by']);
  const keys = fields.map((field) => `payload.${aliased(field, names, correlation.aliases)}`);
  return { type, rules: names, keys, within: timespan, condition };
}

function textsIn(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map(String);
}

/** An alias that leads to other fields in other rules would need keys of different names. */
function aliased(field: string, rules: readonly string[], aliases: unknown): string {
  const alias = isRecord(aliases) ? aliases[field] : undefined;
  if (!isRecord(alias)) return field;
  const [only = field, ...others] = [...new Set(rules.map((name) => String(alias[name] ?? field)))];
  if (others.length === 0) return only;
  throw new Untranslatable(
    `the alias "${field}" is another field in each rule, and keys have one name: send it as a label`,
  );
}

function counting({ type, rules: names, keys, within, condition }: Correlation, rules: Rules): Translated {
  const notes: string[] = [];
  const expect = names.map((name) => {
    const rule = rules.get(name);
    if (rule?.correlation !== undefined)
      throw new Untranslatable(`it counts the correlation "${name}": only events are counted`);
    return patternNamed(name, rules, notes);
  });
  const { threshold, field } = leastIn(condition, type === 'value_sum', notes);
  const slides = type !== 'value_sum' && threshold <= SLIDING_LIMIT;
  if (!slides) {
    notes.push(
      type === 'value_sum'
        ? 'sums have no sliding windows: one begins with its first event and ends after the timespan'
        : `more than ${SLIDING_LIMIT} have no sliding window: one begins with its first event and ends after the timespan`,
    );
  }
  const trigger: EventTriggerDocument = {
    expect,
    for_each: keys,
    threshold,
    within: within as `${number}s`,
    ...(slides && { window: 'sliding' }),
    ...(type === 'value_count' && { distinct: fieldIn(fieldNamed(field, type)) }),
    ...(type === 'value_sum' && { sum: fieldIn(fieldNamed(field, type)) }),
  };
  return { trigger, notes };
}

function fieldNamed(field: unknown, type: string): string {
  if (typeof field === 'string' && field !== '') return field;
  throw new Untranslatable(`${type} needs one "field" in its condition`);
}

/** The number that has to be reached. What has an upper bound could be judged only when the window is over. */
function leastIn(condition: unknown, isSum: boolean, notes: string[]): { threshold: number; field: unknown } {
  if (!isRecord(condition)) throw new Untranslatable('its condition is no map');
  const { field, ...criteria } = condition;
  const [[word, value] = [], ...others] = Object.entries(criteria);
  if ((word !== 'gte' && word !== 'gt') || others.length > 0) {
    throw new Untranslatable(
      'only "gte" or "gt" alone can be said: anything else is known only when the window is over',
    );
  }
  if (typeof value !== 'number' || !(value > 0 || (value === 0 && word === 'gt'))) {
    throw new Untranslatable(`${word} ${JSON.stringify(value)} is nothing to wait for`);
  }
  if (word === 'gte') return { threshold: value, field };
  if (!isSum) return { threshold: Math.floor(value) + 1, field };
  if (value === 0) throw new Untranslatable('a sum above 0 cannot be said');
  notes.push(`fires when the sum is ${value}, the rule asks for more than that`);
  return { threshold: value, field };
}

function together(
  { type, rules: names, keys, within, condition }: Correlation,
  rules: Rules,
  chain: number,
): Translated {
  const notes: string[] = [];
  const triggers = names.map((name): TriggerDocument => {
    const rule = rules.get(name);
    if (rule?.correlation === undefined) return { expect: [patternNamed(name, rules, notes)] };
    const below = triggerOf(rule, rules, chain + 1);
    notes.push(...below.notes);
    return below.trigger;
  });
  const shape = { within: within as `${number}s`, for_each: keys, triggers };
  const needed = condition === undefined ? names.length : leastIn(condition, false, notes).threshold;
  if (type === 'temporal')
    return { trigger: { ...shape, type: 'compound', require: needed === names.length ? 'all' : needed }, notes };
  if (needed !== names.length) throw new Untranslatable('a sequence needs all of its rules');
  return { trigger: { ...shape, type: 'sequence' }, notes };
}

/** What stands in another file is taken for the name of an event. */
function patternNamed(name: string, rules: Rules, notes: string[]): string | PatternDocument {
  const rule = rules.get(name);
  if (rule !== undefined) return patternOf(rule);
  notes.push(`the rule "${name}" is not in this file: an event of that name is expected where it matches`);
  return name;
}
