import { OWN_EVENTS } from '../match/listening.ts';
import { compileNames } from '../match/names.ts';
import { joinPath } from '../model/issue.ts';
import { namesOf } from '../model/pattern.ts';
import { patternsOf, type Trigger } from '../model/trigger.ts';
import { type Finding, hint, quoted } from './finding.ts';
import { hasLookup, hasRelated, type LogSample, lookupNames, relatedName } from './log-sample.ts';
import { labelsAt, type PlacedTrigger, patternObjectsIn, textsAt } from './places.ts';
import { mostSimilar } from './similar.ts';

/** The labels of events that the engine sends itself (rules 10); they are in the log only once an automation listens. */
const OWN_LABEL = /^(?:id|name|posture|key|action|action_index|target|label\..*|related:triggering-event:.*|role)$/s;

/** The labels that a trigger asks for and none of the newest events carried. */
export function labelFindings({ trigger, written, path }: PlacedTrigger, sample: LogSample): Finding[] {
  const own = listensToOwn(trigger);
  const missing = (name: string, carried: boolean): boolean => !carried && !(own && OWN_LABEL.test(name));
  const of = (place: string, name: string, advice: string): Finding => {
    const events = sample.events.toLocaleString('en-US');
    return hint(place, `none of the newest ${events} events carried ${quoted(name)}`, advice);
  };
  const all = [{ written, path }, ...patternObjectsIn(written, path)];
  const matched = all
    .flatMap((one) => labelsAt(one.written.match, joinPath(one.path, 'match')))
    .filter(({ label }) => missing(label, sample.labels.has(label)))
    .map(({ label, place }) => of(place, label, matchAdvice(label, sample)));
  const related = all
    .flatMap((one) => labelsAt(one.written.match_related, joinPath(one.path, 'match_related')))
    .filter(({ label }) => missing(label, hasRelated(sample, label)))
    .map(({ label, place }) => of(place, label, relatedAdvice(label, sample)));
  const keys = textsAt(written.for_each, joinPath(path, 'for_each'))
    .filter(({ text }) => missing(text, hasLookup(sample, text)))
    .map(({ text, place }) => of(place, text, keyAdvice(text, sample)));
  return [...matched, ...related, ...keys];
}

function listensToOwn(trigger: Trigger): boolean {
  if (trigger.type !== 'event' && trigger.triggers.some(listensToOwn)) return true;
  const wants = compileNames(patternsOf(trigger).flatMap(namesOf));
  return OWN_EVENTS.some(wants);
}

function matchAdvice(label: string, sample: LogSample): string {
  const related = relatedName(label);
  if (related !== null) {
    const spec = `{"role": ${quoted(related.role)}, ${quoted(related.label)}: …}`;
    return `"match" looks at the resource alone: write "match_related": ${spec}`;
  }
  if (label.startsWith('payload.')) return `"match" looks at labels alone: write a condition on ${label} in "where"`;
  if (hasRelated(sample, label) && !sample.labels.has(label)) return 'related resources have it: write "match_related"';
  return adviceOf(label, sample.labels);
}

function relatedAdvice(label: string, sample: LogSample): string {
  if (sample.labels.has(label)) return 'the resource itself has it: write "match"';
  return adviceOf(
    label,
    [...sample.roles.values()].flatMap((labels) => [...labels]),
  );
}

function keyAdvice(name: string, sample: LogSample): string {
  const known = lookupNames(sample);
  const elsewhere = known.filter((one) => relatedName(one)?.label === name);
  const [only] = elsewhere;
  if (only !== undefined && elsewhere.length === 1) return `write ${quoted(only)}`;
  return adviceOf(name, known);
}

function adviceOf(name: string, carried: Iterable<string>): string {
  const known = new Set(carried);
  const [prefix, short] = ['prefect.resource.', name.replace(/^prefect\.resource\./, '')];
  const alias = short === name ? prefix + name : short;
  if (known.has(alias)) return `labels are found under the name they were sent with: write ${quoted(alias)}`;
  const similar = mostSimilar(name, known);
  return similar === null ? 'see that the events carry it' : `write ${quoted(similar)}`;
}
