import type { ActsAnswer, ExampleAnswer, FindingsAnswer, StatusAnswer } from '../../../src/console/answers.ts';
import { useApi } from '../ui/api.ts';
import { clock, count, counted, seen, span } from '../ui/format.ts';
import { Answer, Badge, Card, Empty, Key, Time, type Tone } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';
import { aboutOf, deafIn, type Finding, isAdvice, type QuietOne, useWrong, wrongIn } from '../ui/wrong.tsx';

/** The part of Overview that shows the sources. */
export const SOURCES = ['overview', 'sources'] as const;

type Way = readonly [words: string, ...place: readonly string[]];

/** Where something can be done about what the doctor found. */
const WAYS: Readonly<Record<string, readonly Way[]>> = {
  'dead letters': [['Dead letters', 'failures', 'letters']],
  queues: [['Queues', 'queues']],
  quotas: [['Automations', 'automations']],
  log: [['Events', 'events']],
};

function waysOf({ name, found }: Finding): readonly Way[] {
  const deliveries: readonly Way[] = /deliveries have failed/.test(found)
    ? [['Deliveries', 'failures', 'deliveries']]
    : [];
  return [...deliveries, ...(WAYS[name] ?? [])];
}

/** What is wrong, and what keeps automations quiet, which somebody may have meant. */
export function Attention() {
  const { findings, quiet } = useWrong();
  const deaf = quiet.data === null ? [] : deafIn(quiet.data);
  const advice = findings.data === null ? [] : wrongIn(findings.data).filter(isAdvice);
  const meant = quiet.data?.quiet.filter((one) => !deaf.includes(one)) ?? [];
  return (
    <div class="stack" data-attention>
      <Card title="Needs attention">
        <Answer of={findings}>{(data) => <Findings found={data} deaf={deaf} />}</Answer>
      </Card>
      {(quiet.error !== null || meant.length > 0) && (
        <Card title="Keeps automations quiet">
          <Answer of={quiet}>{() => <QuietList all={meant} />}</Answer>
        </Card>
      )}
      {advice.length > 0 && (
        <Card title="About the server">
          <div data-advice>
            <FindingList all={advice} />
          </div>
        </Card>
      )}
    </div>
  );
}

/** What Overview says of one automation, in the same words of the same answers; its page says more of its condition. @param isHere on that page, to which no link has to lead */
export function OfAutomation({
  id,
  forEach,
  isHere = false,
}: {
  id: string;
  forEach: readonly string[];
  isHere?: boolean;
}) {
  const { findings, quiet } = useWrong();
  const found = findings.data === null ? [] : wrongIn(findings.data);
  const own = found.filter((one) => {
    const about = aboutOf(one);
    return about?.what === 'automation' && about.id === id;
  });
  const hasKeyOf = ({ silence }: QuietOne): boolean =>
    Object.keys(silence?.labels ?? {}).every((label) => forEach.includes(label));
  const reasons = (quiet.data?.quiet ?? []).filter(
    (one) => one.why !== 'condition' && (one.automation === id || (one.automation === null && hasKeyOf(one))),
  );
  if (own.length + reasons.length === 0) return null;
  return (
    <div class={`stack tight${isHere ? ' intro' : ''}`} data-of-automation={id}>
      {own.length > 0 && <FindingList all={own} isHere={isHere} />}
      {reasons.length > 0 && <QuietList all={reasons} isHere={isHere} />}
    </div>
  );
}

function FindingList({ all, isHere = false }: { all: readonly Finding[]; isHere?: boolean }) {
  return (
    <ul class="stack">
      {all.map((one) => (
        <FindingItem key={`${one.name}${one.found}`} one={one} isHere={isHere} />
      ))}
    </ul>
  );
}

function QuietList({ all, isHere = false }: { all: readonly QuietOne[]; isHere?: boolean }) {
  return (
    <ul class="stack tight">
      {all.map((one) => (
        <Quiet key={`${one.why} ${one.automation} ${one.silence?.id}`} one={one} isHere={isHere} />
      ))}
    </ul>
  );
}

function Findings({ found, deaf }: { found: FindingsAnswer; deaf: readonly QuietOne[] }) {
  const all = wrongIn(found);
  const wrong = all.filter((one) => !isAdvice(one));
  if (wrong.length + deaf.length === 0)
    return (
      <div class="row">
        <span class="dot good" />
        <span>
          {all.length === 0 ? 'All is well' : 'Nothing stops reactions'}:{' '}
          {counted(found.checks.length - all.length, 'check')} found nothing.
        </span>
      </div>
    );
  return (
    <div class="stack">
      {deaf.length > 0 && <QuietList all={deaf} />}
      {wrong.length > 0 && <FindingList all={wrong} />}
    </div>
  );
}

function FindingItem({ one, isHere }: { one: Finding; isHere: boolean }) {
  return (
    <li data-finding={one.name}>
      <div class="row wrap">
        <Badge tone={one.grade === 'bad' ? 'bad' : 'warn'}>{one.grade === 'bad' ? 'Bad' : 'Warning'}</Badge>
        <Title one={one} isHere={isHere} />
        <span class="row push">
          {waysOf(one).map(([words, ...place]) => (
            <a key={words} href={link(...place)}>
              {words}
            </a>
          ))}
        </span>
      </div>
      <p class="any">{seen(one.found)}</p>
      {one.advice !== '' && <p class="soft small any">{seen(one.advice)}</p>}
    </li>
  );
}

/** Leads to what the finding is about. */
function Title({ one, isHere }: { one: Finding; isHere: boolean }) {
  const about = aboutOf(one);
  if (about === null) return <strong>{one.name}</strong>;
  if (isHere) return <strong class="any">{seen(about.name)}</strong>;
  const place = about.what === 'automation' ? (['automations', about.id] as const) : SOURCES;
  return (
    <a class="any" href={link(...place)}>
      <strong>{about.what === 'automation' ? seen(about.name) : `Source ${seen(about.name)}`}</strong>
    </a>
  );
}

const TONES: Readonly<Record<QuietOne['why'], Tone>> = {
  disabled: 'warn',
  shadow: 'shade',
  silenced: 'warn',
  condition: 'bad',
  late: 'warn',
  'no-value': 'warn',
  'over-limit': 'bad',
  cooling: '',
  active: '',
};

const WORDS: Readonly<Record<QuietOne['why'], string>> = {
  disabled: 'disabled',
  shadow: 'shadow',
  silenced: 'silenced',
  condition: 'no answer',
  late: 'too late',
  'no-value': 'no value',
  'over-limit': 'quota',
  cooling: 'cooldown',
  active: 'alert is on',
};

function Quiet({ one, isHere }: { one: QuietOne; isHere: boolean }) {
  const { why, automation, name, silence, example } = one;
  return (
    <li data-quiet={why}>
      <div class="row wrap">
        <Badge tone={TONES[why]}>{WORDS[why]}</Badge>
        {automation === null ? (
          <strong>All automations</strong>
        ) : isHere ? (
          <strong class="any">{seen(name)}</strong>
        ) : (
          <a class="any" href={link('automations', automation)}>
            {seen(name)}
          </a>
        )}
        {silence !== null && (
          <a class="push" href={link('alerts')}>
            Silences
          </a>
        )}
      </div>
      <p class="any">
        <Sentence one={one} />
      </p>
      {example !== null && <Example example={example} />}
    </li>
  );
}

/** One event that a condition has no answer for, with the reason. */
export function Example({ example: { entry, event, at, condition, said } }: { example: ExampleAnswer }) {
  return (
    <p class="small any" data-example={entry}>
      For example{' '}
      <a href={link('events', entry)}>
        {seen(event)} of {clock(at)}
      </a>
      : <span class="soft mono">{seen(condition)}</span> {seen(said)}
    </p>
  );
}

function Sentence({ one: { why, events, all, cooldown, silence } }: { one: QuietOne }) {
  const some = `${counted(events ?? 0, 'event')} of ${count(all ?? 0)} in the last hour`;
  switch (why) {
    case 'disabled':
      return <>No event counts for it until it is enabled.</>;
    case 'shadow':
      return <>It decides and fires, and none of its actions is carried out.</>;
    case 'silenced':
      return silence === null ? null : (
        <>
          Until <Time at={silence.until} /> by {seen(silence.by)}: {seen(silence.reason)}{' '}
          {Object.keys(silence.labels).length > 0 && <Key labels={silence.labels} />}
        </>
      );
    case 'condition':
      return <>Its condition could not answer {counted(events ?? 0, 'event')} so far: such events do not count.</>;
    case 'late':
      return <>{some} are dated before the window of their key (see Occurred and Received of its events).</>;
    case 'no-value':
      return <>{some} lack the value that is to be added.</>;
    case 'over-limit':
      return <>{some} met a quota that is used up: their keys are not watched.</>;
    case 'cooling':
      return (
        <>
          {some} came while their key was quiet after a firing
          {cooldown !== null && `: its cooldown is ${span(cooldown)}`}.
        </>
      );
    case 'active':
      return <>{some} came while the alert of their key was on already.</>;
  }
}

/** Streams and queues that events are brought in from. */
export function Sources({ sources, now }: { sources: StatusAnswer['sources']; now: number }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Source</th>
            <th class="fit">State</th>
            <th class="num">Behind</th>
          </tr>
        </thead>
        <tbody>
          {sources.slice(0, 50).map((one) => (
            <tr key={one.name} data-source={one.name}>
              <td>
                <div class="main-line">{seen(one.name)}</div>
                <div class="sub-line">
                  {counted(one.events, 'event')}
                  {one.letters > 0 && `, ${counted(one.letters, 'dead letter')}`}
                  {one.lost > 0 && `, ${count(one.lost)} lost`}
                </div>
                {one.error !== null && <div class="sub-line any">{seen(one.error)}</div>}
              </td>
              <td class="fit">
                <SourceState one={one} now={now} />
              </td>
              <td class="num">
                {one.behind === null ? '–' : count(one.behind)}
                {one.waitsMs > 0 && <div class="sub-line">{span(one.waitsMs)}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A source at which no program has looked for so long is read by none. */
const SILENT_MS = 15_000;

function SourceState({ one: { paused, seen: at, error }, now }: { one: StatusAnswer['sources'][number]; now: number }) {
  if (paused !== null) return <Badge tone="warn">paused {span(now - paused)}</Badge>;
  if (error !== null) return <Badge tone="bad">fails</Badge>;
  if (at === null || now - at > SILENT_MS) return <Badge tone="warn">nobody reads it</Badge>;
  return <Badge tone="good">read</Badge>;
}

/** What people and programs changed last. */
export function LastChanges() {
  const acts = useApi<ActsAnswer>('/api/acts?limit=8', 10_000);
  return (
    <Card title="What was changed last" bare>
      <Answer of={acts}>
        {(data) =>
          data.acts.length === 0 ? (
            <Empty title="Nothing was changed">
              Automations, settings and silences that somebody changes stand here.
            </Empty>
          ) : (
            <div class="scroll">
              <table>
                <tbody>
                  {data.acts.map(({ id, at, user, host, what, subject, reason }) => (
                    <tr key={id} data-act={id}>
                      <td>
                        <div class="main-line any">
                          {seen(what)} {seen(subject)}
                        </div>
                        <div class="sub-line any">
                          {seen(user)} on {seen(host)}
                          {reason !== '' && `: ${seen(reason)}`}
                        </div>
                      </td>
                      <td class="fit">
                        <Time at={at} relative />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Answer>
    </Card>
  );
}
