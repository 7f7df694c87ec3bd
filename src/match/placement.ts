import { joinPath } from '../model/issue.ts';
import { namesOf } from '../model/pattern.ts';
import { patternsOf, type Spec, type Trigger } from '../model/trigger.ts';
import { classifyGlob, compileGlob } from './glob.ts';
import { OWN_EVENTS } from './listening.ts';

/**
 * Why an automation cannot live on every partition: the place in its document, what stands there, and what to write instead. `kind` is `key`
 * where `for_each` lacks the label, `hears` where state-change events could be wanted.
 */
export type Obstacle = Readonly<{ kind: 'key' | 'hears'; place: string; reason: string; advice: string }>;

/** What the ids of resources of the engine's own events begin with (rules 10), and their labels: of firings and of what became of actions. */
const OWN_RESOURCE = 'automation.';
const OWN_LABELS = new Set(['id', 'name', 'posture', 'key', 'action', 'action_index', 'target']);
const OWN_LABEL_PREFIX = 'label.';
const OWN_ROLE = 'triggering-event';

/**
 * What keeps an automation from living on every partition, depth first; nothing: it lives on every one, and each sees its share of the
 * events. With the label in each `for_each`, composites included, no key crosses partitions: an event of a key has that value of the label, and
 * so has the event of each firing below it (rules 6, 9). State-change events come from all partitions, whatever their own label is.
 */
export function obstaclesIn(trigger: Trigger, by: string, path = 'trigger'): Obstacle[] {
  const own: Obstacle[] = [];
  if (!trigger.forEach.includes(by)) own.push(withoutLabel(trigger, by, path));
  if (hears(trigger)) own.push(hearing(path));
  if (trigger.type === 'event') return own;
  const place = joinPath(path, 'triggers');
  return [...own, ...trigger.triggers.flatMap((child, i) => obstaclesIn(child, by, joinPath(place, i)))];
}

/** Whether it lives on every partition. */
export function isSpread(trigger: Trigger, by: string): boolean {
  if (!trigger.forEach.includes(by) || hears(trigger)) return false;
  return trigger.type === 'event' || trigger.triggers.every((child) => isSpread(child, by));
}

function withoutLabel({ forEach }: Trigger, by: string, path: string): Obstacle {
  const place = joinPath(path, 'for_each');
  const reason =
    forEach.length === 0
      ? 'is empty: its one key is counted over all partitions'
      : `has no ${JSON.stringify(by)}: its keys cross partitions`;
  return { kind: 'key', place, reason, advice: `add ${JSON.stringify(by)} to it` };
}

function hearing(path: string): Obstacle {
  return {
    kind: 'hears',
    place: joinPath(path, 'expect'),
    reason: 'can match state-change events, which come from all partitions',
    advice: 'name the events that it expects, or a label of their resources in "match"',
  };
}

/**
 * Whether a trigger itself, not one below it, could want a state-change event. In doubt it could: what it asks of payloads, and what
 * patterns ask for beside names, is not looked at.
 */
function hears(trigger: Trigger): boolean {
  const globs = patternsOf(trigger).flatMap(namesOf).map(compileGlob);
  const any = trigger.type === 'event' && trigger.expect.length === 0;
  if (!any && !OWN_EVENTS.some((name) => globs.some((glob) => glob(name)))) return false;
  if (trigger.type !== 'event') return true;
  return fitsResource(trigger.match) && trigger.matchRelated.every(fitsRelated);
}

function fitsResource(spec: Spec): boolean {
  return [...spec].every(([label, patterns]) => {
    if (label === 'id') return patterns.some(fitsOwnId);
    return OWN_LABELS.has(label) || label.startsWith(OWN_LABEL_PREFIX);
  });
}

function fitsRelated(spec: Spec): boolean {
  return [...spec].every(([label, patterns]) => {
    if (label === 'role') return patterns.some((pattern) => compileGlob(pattern)(OWN_ROLE));
    return label === 'id';
  });
}

/** Whether a glob could match a text that begins as the ids of automations do. */
function fitsOwnId(pattern: string): boolean {
  const { kind, text } = classifyGlob(pattern);
  return text.startsWith(OWN_RESOURCE) || (kind !== 'exact' && OWN_RESOURCE.startsWith(text));
}
