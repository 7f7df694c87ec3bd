import type { ActsAnswer, FindingsAnswer, QuietAnswer, StatusAnswer } from '../../../src/console/answers.ts';
import { useApi } from '../ui/api.ts';
import { count, counted, seen, span } from '../ui/format.ts';
import { Answer, Badge, Card, Empty, Key, Time, type Tone } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';

type Finding = FindingsAnswer['checks'][number];
type Way = readonly [words: string, ...place: readonly string[]];

/** Where something can be done about what the doctor found. */
const WAYS: Readonly<Record<string, readonly Way[]>> = {
  'dead letters': [['Dead letters', 'failures', 'letters']],
  queues: [['Queues', 'queues']],
  quotas: [['Automations', 'automations']],
  log: [['Events', 'events']],
};

function waysOf({ name, found }: Finding): readonly Way[] {
  const [, automation] = (name === 'automations' && /^".*" \(([^()]+)\), /.exec(found)) || [];
  if (automation !== undefined) return [['Automation', 'automations', automation]];
  const deliveries: readonly Way[] = /deliveries have failed/.test(found)
    ? [['Deliveries', 'failures', 'deliveries']]
    : [];
  return [...deliveries, ...(WAYS[name] ?? [])];
}

/** What is wrong, and what keeps automations quiet, which nobody may have meant. */
export function Attention() {
  const findings = useApi<FindingsAnswer>('/api/findings', 15_000);
  const quiet = useApi<QuietAnswer>('/api/quiet', 10_000);
  return (
    <div class="stack" data-attention>
      <Card title="Needs attention">
        <Answer of={findings}>{(data) => <Findings found={data} />}</Answer>
      </Card>
      {quiet.error !== null || (quiet.data !== null && quiet.data.quiet.length > 0) ? (
        <Card title="Keeps automations quiet">
          <Answer of={quiet}>
            {(data) => (
              <ul class="stack tight">
                {data.quiet.map((one) => (
                  <Quiet key={`${one.why} ${one.automation} ${one.silence?.id}`} one={one} />
                ))}
              </ul>
            )}
          </Answer>
        </Card>
      ) : null}
    </div>
  );
}

/** What the doctor says of the server and not of the engine: it stays as it is for weeks, and comes last. */
const OF_SERVER: ReadonlySet<string> = new Set([
  'protection',
  'version',
  'known faults',
  'eviction',
  'memory',
  'persistence',
  'durability',
]);

function rank({ name, grade }: Finding): number {
  if (grade === 'bad') return 0;
  return OF_SERVER.has(name) ? 2 : 1;
}

function Findings({ found }: { found: FindingsAnswer }) {
  const wrong = found.checks.filter(({ grade }) => grade !== 'ok');
  const { length } = found.checks;
  if (wrong.length === 0)
    return (
      <div class="row">
        <span class="dot good" />
        <span>All is well: {length} checks found nothing.</span>
      </div>
    );
  const worst = wrong.toSorted((a, b) => rank(a) - rank(b));
  return (
    <ul class="stack">
      {worst.map((one) => (
        <li key={`${one.name}${one.found}`}>
          <div class="row wrap">
            <Badge tone={one.grade === 'bad' ? 'bad' : 'warn'}>{one.grade === 'bad' ? 'Bad' : 'Warning'}</Badge>
            <strong>{one.name}</strong>
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
      ))}
    </ul>
  );
}

type QuietOne = QuietAnswer['quiet'][number];

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

function Quiet({ one }: { one: QuietOne }) {
  const { why, automation, name, silence } = one;
  return (
    <li>
      <div class="row wrap">
        <Badge tone={TONES[why]}>{WORDS[why]}</Badge>
        {automation === null ? (
          <strong>All automations</strong>
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
      <p class="small any">
        <Sentence one={one} />
      </p>
    </li>
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
