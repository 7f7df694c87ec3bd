import type { FoundAnswer, StepAnswer, WhyAnswer } from '../../../src/console/answers.ts';
import { useApi } from '../ui/api.ts';
import { Axis, AxisWords, diamondAt, type Scale, useWidth, x } from '../ui/axis.tsx';
import { clock, count, counted as inWords, seen, span } from '../ui/format.ts';
import { Answer, Badge, Card, Empty, Head, Key, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';
import { StateOf } from './firings.tsx';

export function FiringDetail({ id }: { id: string }) {
  const loaded = useApi<WhyAnswer>(`/api/firings/${encodeURIComponent(id)}`);
  return (
    <Answer of={loaded} lines={8}>
      {(why) => <Detail why={why} />}
    </Answer>
  );
}

const STANDING = { unchanged: '', changed: 'changed since', disabled: 'disabled now', deleted: 'deleted since' };

function Detail({ why }: { why: WhyAnswer }) {
  const { firing, step, standing, alert } = why;
  return (
    <div class="stack">
      <Head
        title={seen(firing.name)}
        crumb={
          <>
            <a href={link('firings')}>Firings</a> <span class="soft mono">/ {firing.id}</span>
          </>
        }
      >
        <a class="button" href={link('automations', firing.automation)}>
          Automation
        </a>
      </Head>
      <div class="row wrap intro">
        <StateOf firing={firing} />
        <Key labels={firing.labels} />
        <span class="soft">
          revision {firing.revision}
          {STANDING[standing] !== '' && `, ${STANDING[standing]}`}
        </span>
        {alert && (
          <span>
            alert of <a href={link('firings', alert.id)}>{clock(alert.triggered)}</a>
          </span>
        )}
      </div>
      <Card title="From the first event to its jobs">
        <Picture why={why} />
      </Card>
      <div class="wide-left">
        <Card title="What it was made of">
          <Step step={step} />
        </Card>
        <div class="stack">
          <Card title="Time line">
            <Moments why={why} />
          </Card>
          <Card title="Jobs" bare>
            <Jobs why={why} />
          </Card>
        </div>
      </div>
    </div>
  );
}

/** The times that are drawn: from the first event, or from the window where no event is known, to the end of the last job. */
function timesOf({ firing, step, timeline }: WhyAnswer): number[] {
  const { story } = firing;
  const events = [...step.counted, step.event, step.opener].flatMap((one) => one?.at ?? []);
  // A window may have begun long before its first event: drawn whole it would leave all that happened in one place.
  const begin = events.length > 0 ? events : [story?.start, story?.since];
  const times = [...begin, firing.triggered, firing.decided, ...timeline.map(({ at }) => at)];
  const found = times.filter((at) => at !== undefined && at > 0) as number[];
  // The end of a window that was not waited for says nothing of this firing.
  return story?.end !== undefined && story.end <= Math.max(...found) ? [...found, story.end] : found;
}

function Picture({ why }: { why: WhyAnswer }) {
  const times = timesOf(why);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const room = Math.max(1, (last - first) * 0.05);
  const [place, width] = useWidth();
  const scale: Scale = { from: first - room, to: last + room, width };
  const { firing, step, timeline, jobs } = why;
  const { story } = firing;
  const end = Math.min(story?.end ?? firing.triggered, scale.to);
  const start = story?.start ?? story?.since ?? first;
  const begun = Math.min(...step.counted.map(({ at }) => at), step.opener?.at ?? Number.POSITIVE_INFINITY);
  return (
    <div ref={place}>
      <svg
        class="picture"
        viewBox={`0 0 ${width} 92`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`From ${clock(first, true)} to ${clock(last, true)}: ${step.counted.length} events, decided ${clock(firing.decided, true)}, ${jobs.length} jobs`}
      >
        {timeline.map(({ at, what }) => (
          <line
            key={`${at}${what}`}
            class="grid"
            x1={x(scale, at)}
            x2={x(scale, at)}
            y1="4"
            y2="90"
            vector-effect="non-scaling-stroke"
          >
            <title>{`${clock(at, true)} ${what}`}</title>
          </line>
        ))}
        <rect
          class="m-past"
          x={x(scale, start)}
          y="22"
          width={Math.max(2, x(scale, end) - x(scale, start))}
          height="26"
          rx="3"
          vector-effect="non-scaling-stroke"
        />
        <path
          class="m-tick"
          vector-effect="non-scaling-stroke"
          d={step.counted.map(({ at }) => `M${x(scale, at).toFixed(1)} 18v34`).join('')}
        />
        {step.opener && (
          <path class="m-arm" vector-effect="non-scaling-stroke" d={`M${x(scale, step.opener.at)} 14v42`} />
        )}
        {jobs.map((job, i) => (
          <Job key={job.id} job={job} scale={scale} y={60 + (i % 4) * 8} />
        ))}
        <path
          class={firing.state === 'Resolved' ? 'm-resolve' : 'm-fire'}
          vector-effect="non-scaling-stroke"
          d={diamondAt(x(scale, firing.decided), 35)}
        />
      </svg>
      <Axis scale={scale} now={null} />
      <AxisWords scale={scale} />
      <div class="legend">
        <span>
          Grey: the window{start < scale.from && `, since ${clock(start)}`}. Lines: its events. Diamond: decided
          {begun < firing.decided && ` ${span(firing.decided - begun)} after its first event`}. Below: its jobs.
        </span>
      </div>
    </div>
  );
}

function Job({
  job: { added, started, finished, stage },
  scale,
  y,
}: {
  job: WhyAnswer['jobs'][number];
  scale: Scale;
  y: number;
}) {
  if (added === null) return null;
  const end = finished ?? started ?? added;
  return (
    <rect
      class={stage === 'failed' ? 'm-alert' : 'm-window'}
      x={x(scale, added)}
      y={y}
      width={Math.max(4, x(scale, end) - x(scale, added))}
      height="6"
      rx="2"
      vector-effect="non-scaling-stroke"
    >
      <title>{`job added ${clock(added, true)}${finished === null ? '' : `, finished ${clock(finished, true)}`}`}</title>
    </rect>
  );
}

function Moments({ why: { timeline } }: { why: WhyAnswer }) {
  return (
    <ol class="moments">
      {timeline.map(({ at, what }, i) => {
        const before = timeline[i - 1]?.at;
        const kind = /decided/.test(what) ? 'fire' : /failed/.test(what) ? 'bad' : '';
        return (
          <li key={`${at}${what}`} class={kind}>
            <div class="row">
              <Time at={at} fine />
              {before !== undefined && at > before && <span class="soft small">+{span(at - before)}</span>}
            </div>
            <div class="any">{seen(what)}</div>
          </li>
        );
      })}
    </ol>
  );
}

const KINDS: Readonly<Record<string, string>> = {
  tumbling: 'a window of events',
  sliding: 'a sliding window of events',
  count: 'events without a window',
  absence: 'what did not come',
  silence: 'a silence',
  alert: 'the end of an alert',
  reminder: 'a reminder of an alert',
  compound: 'firings of its triggers',
  sequence: 'firings of its triggers, in order',
};

function Step({ step }: { step: StepAnswer }) {
  const { story, trigger, opener, event, counted, missing, reach, children } = step;
  return (
    <div class="stack">
      <dl class="facts">
        <dt>Trigger</dt>
        <dd>{trigger === null ? 'that revision is not kept any more' : seen(trigger)}</dd>
        {story && (
          <>
            <dt>Made of</dt>
            <dd>
              {KINDS[story.kind] ?? story.kind}
              {story.count != null &&
                `: ${count(story.count)}${story.threshold === undefined ? '' : ` of ${count(story.threshold)}`}`}
            </dd>
          </>
        )}
        {story?.start !== undefined && story.end !== undefined && (
          <>
            <dt>Window</dt>
            <dd>
              <Time at={story.start} fine /> to <Time at={story.end} fine />{' '}
              <span class="soft">{span(story.end - story.start)}</span>
              {reach > 0 && (
                <p class="small soft" data-reach={reach}>
                  The first window of a key reaches back: it lasts {span(story.end - story.start - reach)} from the
                  event that opened it, and counts events that came later although they happened in the {span(reach)}{' '}
                  before.
                </p>
              )}
            </dd>
          </>
        )}
        {missing !== null && missing > 0 && (
          <>
            <dt>Missing</dt>
            <dd>{inWords(missing, 'event')} no longer retained</dd>
          </>
        )}
      </dl>
      {opener && <Found title="It began with" found={[opener]} />}
      {counted.length > 0 && <Found title={`${inWords(counted.length, 'event')} counted`} found={counted} />}
      {event && ![opener, ...counted].some((one) => one?.entry === event.entry) && (
        <Found title="Its event" found={[event]} />
      )}
      {counted.length === 0 && event === null && opener === null && children.length === 0 && (
        <p class="soft">No event belongs to it, or none is retained.</p>
      )}
      {children.map((child) => (
        <section key={child.id} class="card">
          <header>
            <h3>Trigger {Number(child.path.split('.').at(-1)) + 1}</h3>
            <Time at={child.triggered} fine />
          </header>
          <div class="body">
            <Step step={child} />
          </div>
        </section>
      ))}
    </div>
  );
}

function Found({ title, found }: { title: string; found: readonly FoundAnswer[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {found.map(({ entry, at, value, document }) => (
          <li key={entry} class="row wrap">
            <a class="mono" href={link('events', entry)}>
              {clock(at, true)}
            </a>
            <a class="any" href={link('events', entry)}>
              {seen(document.event)}
            </a>
            <span class="soft any">{seen(document.resource.id ?? '')}</span>
            {value !== null && <Badge>{seen(String(value))}</Badge>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Jobs({ why: { jobs, kept, firing } }: { why: WhyAnswer }) {
  if (jobs.length === 0 && kept.length === 0)
    return (
      <Empty title="It makes no job">
        {firing.shadow ? 'It came out in shadow.' : 'Its automation has no such action.'}
      </Empty>
    );
  return (
    <table>
      <tbody>
        {jobs.map(({ id, queue, name, stage, tries, error, delivery }) => (
          <tr key={id + queue}>
            <td>
              <div class="main-line">{seen(name ?? 'a job')}</div>
              <div class="sub-line">
                in <a href={link('queues', queue)}>{seen(queue)}</a>
              </div>
              <div class="sub-line mono id">{id}</div>
              {error !== '' && error !== delivery?.error && <div class="sub-line">{seen(error)}</div>}
              {delivery && (
                <div class="sub-line">
                  {delivery.state}, {delivery.tries} of {inWords(delivery.attempts, 'try', 'tries')}
                  {delivery.error !== '' && `: ${seen(delivery.error)}`}
                </div>
              )}
            </td>
            <td class="fit">
              <Badge tone={stage === 'failed' ? 'bad' : stage === 'completed' ? 'good' : ''}>
                {stage ?? 'not in its queue'}
              </Badge>
            </td>
            <td class="num fit">{tries === null ? '' : inWords(tries, 'try', 'tries')}</td>
          </tr>
        ))}
        {kept.map(({ what, at, by, why }) => (
          <tr key={`${what}${at}`}>
            <td colSpan={3}>
              <Badge tone="warn">{what}</Badge> <Time at={at} fine /> {by !== '' && `by ${seen(by)}`}{' '}
              {why !== '' && `: ${seen(why)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
