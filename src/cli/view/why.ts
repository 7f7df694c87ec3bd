import type { StoryDocument } from '../../documents/got.ts';
import { eventDocument, resourceId } from '../../model/event.ts';
import type { ChildFiring, Firing } from '../../model/firing.ts';
import { storyOf } from '../../model/story.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import type { FoundEvent } from '../../why/evidence.ts';
import type { Why, WhyJob, WhyStep } from '../../why/why.ts';
import type { Io } from '../verb.ts';
import { deliveryInWords, deliveryJson } from './delivery.ts';
import { firingJson, labelsInWords } from './firing.ts';
import { markInWords, markJson } from './outcome.ts';
import { asJson, printJson } from './output.ts';
import { countInWords, lateInWords, windowOfStory } from './story.ts';
import { boundOf, facts } from './table.ts';
import { count } from './when.ts';
import { durationInWords, stepOf, triggerInWords } from './words.ts';

type Options = Readonly<Record<string, unknown>>;
type Fact = [name: string, value: string];

/** Most events of a window that are printed for people; `-o json` has up to a thousand. */
const SHOWN = 20;

const NO_LONGER = 'no longer retained';

/** Prints why something fired, from the job back to the entries of the log. */
export function printWhy(why: Why, options: Options, io: Io): void {
  if (asJson(options)) {
    printJson(io, whyJson(why));
    return;
  }
  const { firing, entry } = why.recorded;
  const rows: Fact[] = [
    ...why.jobs.filter(({ id }) => why.asked === null || id === why.asked).flatMap(jobFacts),
    ...(why.jobs.length === 0 ? ([['job', firing.shadow ? 'none: it came out in shadow' : 'none']] as Fact[]) : []),
    ...why.outcome.map((mark, i): Fact => [i === 0 ? 'kept back' : '', markInWords(mark)]),
    ['firing', `${firing.id}, ${firing.state}${firing.shadow ? ' in shadow' : ''}, entry ${entry} of the ledger`],
    ['automation', `${firing.name} (${firing.automation}), revision ${firing.revision}${standingInWords(why)}`],
    ...stepFacts(why.step),
    ...(why.alert === null ? [] : ([['alert', alertInWords(why)]] as Fact[])),
    ...(why.looked === null ? [] : ([['searched', `only ${count(why.looked)} entries of the log`]] as Fact[])),
    ...(why.erased ? ([['erased', `entries of that time: what is ${NO_LONGER} may be one of them`]] as Fact[]) : []),
    ...timeFacts(why),
  ];
  for (const line of facts(rows, boundOf(io, options))) io.out(line);
}

function jobFacts({ queue, id, name, state, delivery }: WhyJob): Fact[] {
  const head = `${name ?? 'a job'} in queue ${queue}, ${id}`;
  const rest: Fact[] = delivery?.status ? [['', `answered ${delivery.status}: ${delivery.answer || '-'}`]] : [];
  if (delivery !== null) return [['job', `${head}: ${deliveryInWords(delivery)}`], ...rest];
  if (state === null) return [['job', `${head}: not in its queue: done and removed, or not added yet`]];
  const { stage, tries, attempts, error } = state;
  const said = stage === 'completed' ? 'completed' : stage === 'failed' ? 'failed for good' : stage;
  const rows: Fact[] = [['job', `${head}: ${said}, ${tries} of ${attempts} tries`]];
  if (error !== '') rows.push(['', `the last one failed: ${error.split('\n', 1)[0]}`]);
  return rows;
}

function standingInWords({ standing, automation }: Why): string {
  const kept = automation === null ? '; that revision is not kept any more' : '';
  if (standing === 'unchanged') return kept;
  const now = { changed: 'changed since', disabled: 'disabled now', deleted: 'deleted since' }[standing];
  return `, ${now}${kept}`;
}

function stepFacts({ firing, trigger, event, opener, counted, missing, children }: WhyStep): Fact[] {
  const story = storyOf(firing);
  const rows: Fact[] = [];
  if (trigger !== null) rows.push(['trigger', triggerInWords(trigger)]);
  rows.push(['for', labelsInWords(firing.labels)]);
  rows.push(['triggered', formatTimestamp(firing.triggered)]);
  if (firing.decided !== undefined) rows.push(['decided', formatTimestamp(firing.decided) + lateInWords(firing)]);
  if (firing.worker !== undefined) rows.push(['worker', firing.worker]);
  rows.push(['window', story === undefined ? 'not recorded' : windowOfStory(story)]);
  if (story?.due !== undefined) rows.push(['', `opened when it was over already: settled at ${story.due}`]);
  if (story?.opener !== undefined) rows.push(['opened by', evidenceInWords(opener, story.opener)]);
  const counts = story && countInWords(story);
  if (counts) rows.push(['counted', counts]);
  if (story !== undefined && isOwn(story)) rows.push(...countedFacts(counted, missing));
  rows.push(['by', byInWords(firing, event)]);
  for (const child of children) {
    rows.push([`step ${stepOf(child.firing.path)}`, `firing ${child.firing.id}`]);
    rows.push(...stepFacts(child).map(([name, value]): Fact => [name === '' ? '' : `  ${name}`, value]));
  }
  return rows;
}

/** Whether its own events were counted: not of composites and alerts. */
const isOwn = ({ kind }: StoryDocument): boolean => !['alert', 'reminder', 'compound', 'sequence'].includes(kind);

function countedFacts(counted: readonly FoundEvent[], missing: number | null): Fact[] {
  const shown = counted.slice(-SHOWN);
  const lines = shown.map((found) => evidenceInWords(found, found.event.id));
  if (missing) lines.unshift(`${missing} ${NO_LONGER}`);
  if (counted.length > shown.length) lines.unshift(`${counted.length - shown.length} more before these, in -o json`);
  return lines.map((line, i): Fact => [i === 0 ? 'events' : '', line]);
}

function evidenceInWords(found: FoundEvent | null, id: string): string {
  if (found === null) return `event ${id}, ${NO_LONGER}`;
  const { event, entry, t } = found;
  return `${formatTimestamp(t)} ${event.event} ${resourceId(event.resource) ?? ''}, event ${id}, entry ${entry}`;
}

/** The document of the event stands in the ledger, also when the log has it no more. */
function byInWords({ event }: Firing | ChildFiring, found: FoundEvent | null): string {
  if (event === null) return 'nothing was ever seen';
  const what = `${event.event} ${resourceId(event.resource) ?? ''}, event ${event.id}`;
  return `${what}, ${found === null ? `its entry is ${NO_LONGER}` : `entry ${found.entry}`}`;
}

function alertInWords({ alert }: Why): string {
  if (alert === null) return '-';
  const { id, triggered } = alert.firing;
  return `set or renewed by firing ${id}, triggered ${formatTimestamp(triggered)}`;
}

function timeFacts({ timeline }: Why): Fact[] {
  const [first] = timeline;
  if (first === undefined) return [];
  return timeline.map(({ at, what }, i): Fact => {
    const since = i === 0 ? '' : `, ${durationInWords(at - first.at)} later`;
    return [i === 0 ? 'times' : '', `${formatTimestamp(at)} ${what}${since}`];
  });
}

function whyJson({
  recorded,
  automation,
  standing,
  asked,
  jobs,
  outcome,
  step,
  alert,
  timeline,
  looked,
  erased,
}: Why): unknown {
  const instant = (ms: number | null): string | null => (ms === null ? null : formatTimestamp(ms));
  return {
    asked,
    jobs: jobs.map(({ state, delivery, ...job }) => ({
      ...job,
      delivery: delivery && deliveryJson(delivery),
      state: state?.stage ?? null,
      tries: state?.tries ?? null,
      attempts: state?.attempts ?? null,
      error: state?.error || null,
      added: instant(state?.added ?? null),
      started: instant(state?.started ?? null),
      finished: instant(state?.finished ?? null),
    })),
    outcome: outcome.map(markJson),
    firing: firingJson(recorded),
    automation: {
      id: recorded.firing.automation,
      name: recorded.firing.name,
      revision: recorded.firing.revision,
      now: standing,
      document: automation?.document ?? null,
    },
    ...stepJson(step),
    alert: alert && { firing: alert.firing.id, entry: alert.entry, triggered: formatTimestamp(alert.firing.triggered) },
    timeline: timeline.map(({ at, what }) => ({ at: formatTimestamp(at), ms: at - (timeline[0]?.at ?? at), what })),
    entries_searched: looked,
    entries_erased: erased,
  };
}

function stepJson({ firing, trigger, event, opener, counted, missing, children }: WhyStep): Record<string, unknown> {
  return {
    id: firing.id,
    path: firing.path,
    trigger: trigger && triggerInWords(trigger),
    window: storyOf(firing) ?? null,
    opener: opener && foundJson(opener),
    events: counted.map(foundJson),
    events_missing: missing,
    event: event && { entry: event.entry },
    steps: children.map(stepJson),
  };
}

function foundJson({ entry, event }: FoundEvent): Record<string, unknown> {
  return { entry, event: eventDocument(event) };
}
