import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FiringAnswer, LaneAnswer, LanesAnswer } from '../../../src/console/answers.ts';
import { useApi, withQuery } from '../ui/api.ts';
import { Axis, AxisWords, barPath, diamondAt, isIn, Mark, type Scale, useWidth, x } from '../ui/axis.tsx';
import { ago, clock, count, counted, keyText, seen, span } from '../ui/format.ts';
import { Answer, Badge, Card, Empty, Key, Time } from '../ui/parts.tsx';
import { go, link } from '../ui/route.ts';
import { StateOf } from './firings.tsx';

const SPANS = [
  [60_000, '1 minute'],
  [600_000, '10 minutes'],
  [3_600_000, '1 hour'],
  [6 * 3_600_000, '6 hours'],
  [86_400_000, '1 day'],
] as const;

/** How much of the axis lies behind now, where windows end: of three windows, one. */
const AHEAD = 1 / 3;

export function LanesCard({ id }: { id: string }) {
  // 0: as the automation is.
  const [spanMs, choose] = useState<number>(0);
  const [find, setFind] = useState('');
  useDiamonds();
  const path = `/api/automations/${encodeURIComponent(id)}/lanes`;
  const loaded = useApi<LanesAnswer>(withQuery(path, { spanMs, limit: 60 }), 3_000);
  const usual = useRef<LanesAnswer | null>(null);
  if (loaded.data !== null) usual.current = loaded.data;
  return (
    <Card
      title="Windows by key"
      bare
      extra={
        <>
          <input
            type="search"
            placeholder="Find a key  ( / )"
            aria-label="Find a key"
            value={find}
            onInput={(event) => setFind(event.currentTarget.value)}
          />
          <select
            aria-label="How far back"
            value={spanMs}
            onChange={(event) => choose(Number(event.currentTarget.value))}
          >
            <option value={0}>{usualWords(usual.current)}</option>
            {SPANS.map(([ms, words]) => (
              <option key={ms} value={ms}>
                {words}
              </option>
            ))}
          </select>
        </>
      }
    >
      <Answer of={loaded} lines={8}>
        {(data) => <Lanes data={data} find={find} />}
      </Answer>
    </Card>
  );
}

function usualWords(data: LanesAnswer | null): string {
  if (data === null) return 'As is usual';
  const { usual, within } = data;
  return within !== null && usual === 3 * within ? `${span(usual)}: three windows` : `${span(usual)}, as is usual`;
}

/** A click on a firing leads to it; in words it stands below its lane. */
function useDiamonds(): void {
  useEffect(() => {
    const hear = ({ target }: MouseEvent): void => {
      const id = target instanceof Element ? target.closest('[data-firing]')?.getAttribute('data-firing') : null;
      if (id) go('firings', id);
    };
    document.addEventListener('click', hear);
    return () => document.removeEventListener('click', hear);
  }, []);
}

function Lanes({ data, find }: { data: LanesAnswer; find: string }) {
  const { now, from, lanes, looked, since } = data;
  const [place, width] = useWidth();
  const scale = useMemo(() => ({ from, to: now + (now - from) * AHEAD, width }), [from, now, width]);
  const shown = lanes.filter(({ labels }) => keyText(labels).includes(find));
  if (lanes.length === 0)
    return (
      <Empty title="No key has a window, an event or a firing in this time">
        {counted(looked, 'entry', 'entries')} of the log looked at.
      </Empty>
    );
  return (
    <>
      <Legend />
      <div class="lane axis">
        <Counts data={data} />
        <div ref={place}>
          <AxisWords scale={scale} />
          <Axis scale={scale} now={now} />
        </div>
        <span />
      </div>
      {shown.map((lane) => (
        <Lane key={`${lane.path} ${keyText(lane.labels)}`} lane={lane} scale={scale} data={data} />
      ))}
      <p class="small soft pad">
        {counted(looked, 'entry', 'entries')} of the log looked at
        {since !== null && since > from ? `, back to ${clock(since)}: earlier events are not drawn` : ''}. The window
        that ends next comes first.
      </p>
    </>
  );
}

/** What keys hold. A key with an alert may have a window too, and one that is quiet has none. */
function Counts({ data: { total, counted: told, windows, alerts } }: { data: LanesAnswer }) {
  return (
    <span class="small soft" data-windows={windows} data-alerts={alerts}>
      {counted(windows, 'open window')}, {counted(alerts, 'alert')}
      {told < total && ` at ${count(told)} of ${count(total)} keys`}
    </span>
  );
}

const MARKS = [
  ['m-window', 'open window'],
  ['m-past', 'past window'],
  ['m-alert', 'alert'],
  ['m-quiet', 'quiet'],
] as const;

function Legend() {
  return (
    <div class="legend pad">
      {MARKS.map(([mark, words]) => (
        <span key={mark}>
          <svg viewBox="0 0 18 12" aria-hidden="true">
            <rect class={mark} x="1" y="1" width="16" height="10" rx="2" />
          </svg>
          {words}
        </span>
      ))}
      <Mark path={barPath({ left: 1, right: 17, y: 1, height: 10 }, 'both')} mark="m-window" words="goes on" />
      <Mark path="M9 1v10" mark="m-tick" words="event" />
      <Mark path="M9 1v10" mark="m-arm" words="opens a window" />
      <Mark path="M9 1v10" mark="m-end" words="ends it" />
      <Mark mark="m-fire" words="firing" />
      <Mark mark="m-resolve" words="resolved" />
      <Mark path="M9 0v12" mark="m-due" words="deadline" />
    </div>
  );
}

function Lane({ lane, scale, data }: { lane: LaneAnswer; scale: Scale; data: LanesAnswer }) {
  const [open, turn] = useState(false);
  const { labels, window, path } = lane;
  return (
    <>
      <div class="lane" data-key={keyText(labels)}>
        <button type="button" aria-expanded={open} onClick={() => turn(!open)}>
          <Key labels={labels} />
          {path !== '' && <span class="soft small">step {path}</span>}
        </button>
        <Drawing lane={lane} scale={scale} data={data} />
        <span class="small num soft">{window === null ? '' : countOf(window, data.now)}</span>
      </div>
      {open && <LaneMore lane={lane} now={data.now} />}
    </>
  );
}

function countOf(window: NonNullable<LaneAnswer['window']>, now: number): string {
  if (window.kind === 'composite') return `${window.children.length} of ${window.threshold}`;
  const { interval, alert, threshold } = window;
  if (interval) return `${count(interval.count)} of ${count(threshold)}`;
  if (alert) return 'alert';
  if (window.awaits > 0) return 'waits';
  return window.quietUntil !== null && window.quietUntil > now ? 'quiet' : '';
}

/** Bars, ticks and marks of one key. */
function Drawing({ lane, scale, data }: { lane: LaneAnswer; scale: Scale; data: LanesAnswer }) {
  const { window, ticks, firings, labels } = lane;
  const said = `${keyText(labels) || 'all together'}: ${ticks.length} events, ${firings.length} firings${
    window?.interval ? `, a window until ${clock(window.interval.end)}` : ''
  }`;
  const line = (role: readonly string[]): string =>
    ticks
      .filter((tick) => role.includes(tick.role) && isIn(scale, tick.at))
      .map(({ at }) => `M${x(scale, at).toFixed(1)} 11v14`)
      .join('');
  return (
    <svg viewBox={`0 0 ${scale.width} 34`} preserveAspectRatio="none" role="img" aria-label={said}>
      {firings.map((firing) => (
        <Past key={firing.entry} firing={firing} scale={scale} cooldown={data.cooldown} />
      ))}
      {window?.quietUntil != null && window.quietUntil > data.now && (
        <Bar mark="m-quiet" from={data.now} to={window.quietUntil} scale={scale} />
      )}
      {window?.alert && (
        <Bar mark="m-alert" from={window.alert.since} to={window.alert.until} scale={scale} y={26} height={5} />
      )}
      {window?.interval?.bounded && (
        <Bar mark="m-window" from={window.interval.start} to={window.interval.end} scale={scale} />
      )}
      {window?.children.map(({ child, triggered, keepUntil }) => (
        <Bar key={child} mark="m-window" from={triggered} to={keepUntil} scale={scale} />
      ))}
      {window?.interval?.bounded && window.posture === 'Proactive' && isIn(scale, window.interval.due) && (
        <line
          class="m-due"
          x1={x(scale, window.interval.due)}
          x2={x(scale, window.interval.due)}
          y1="2"
          y2="32"
          vector-effect="non-scaling-stroke"
        />
      )}
      <line
        class="m-now"
        x1={x(scale, data.now)}
        x2={x(scale, data.now)}
        y1="0"
        y2="34"
        vector-effect="non-scaling-stroke"
      />
      <path class="m-tick" d={line(['expected'])} vector-effect="non-scaling-stroke" />
      <path class="m-arm" d={line(['arms'])} vector-effect="non-scaling-stroke" />
      <path class="m-end" d={line(['resolves', 'resets', 'empties'])} vector-effect="non-scaling-stroke" />
      {firings.map((firing) => (
        <Diamond key={firing.entry} firing={firing} scale={scale} />
      ))}
    </svg>
  );
}

type BarProps = { mark: string; from: number; to: number; scale: Scale; y?: number; height?: number };

/** From one time to another; torn off where it goes on outside of what is drawn. */
function Bar({ mark, from, to, scale, y = 10, height = 16 }: BarProps) {
  if (to < scale.from || from > scale.to) return null;
  const [isBefore, isBehind] = [from < scale.from, to > scale.to];
  const left = isBefore ? 0 : x(scale, from);
  const right = isBehind ? scale.width : Math.max(left + 2, x(scale, to));
  const torn = isBefore ? (isBehind ? 'both' : 'start') : isBehind ? 'end' : 'none';
  return (
    <path
      class={mark}
      d={barPath({ left, right, y, height }, torn)}
      data-torn={torn}
      vector-effect="non-scaling-stroke"
    >
      <title>{`${clock(from, true)} to ${clock(to, true)}`}</title>
    </path>
  );
}

/** The window that a firing came of, and how long its key was quiet then. */
function Past({
  firing: { story, triggered },
  scale,
  cooldown,
}: {
  firing: FiringAnswer;
  scale: Scale;
  cooldown: number | null;
}) {
  const [start, end] = [story?.start ?? story?.since, story?.end];
  return (
    <>
      {start !== undefined && end !== undefined && <Bar mark="m-past" from={start} to={end} scale={scale} />}
      {cooldown !== null && (
        <Bar mark="m-quiet" from={triggered} to={triggered + cooldown} scale={scale} y={22} height={4} />
      )}
    </>
  );
}

function Diamond({ firing, scale }: { firing: FiringAnswer; scale: Scale }) {
  if (!isIn(scale, firing.triggered)) return null;
  return (
    <path
      data-firing={firing.id}
      class={firing.state === 'Resolved' ? 'm-resolve' : 'm-fire'}
      d={diamondAt(x(scale, firing.triggered), 18)}
      vector-effect="non-scaling-stroke"
    >
      <title>{`${firing.state} ${clock(firing.triggered, true)}`}</title>
    </path>
  );
}

/** The same in words, each with a way to it. */
function LaneMore({ lane: { window, ticks, firings }, now }: { lane: LaneAnswer; now: number }) {
  return (
    <div class="lane-more cols">
      <div>
        <h3>Window</h3>
        {window === null ? <p class="soft">None is open.</p> : <WindowFacts window={window} now={now} />}
      </div>
      <div>
        <h3>Firings</h3>
        {firings.length === 0 && <p class="soft">None in this time.</p>}
        <ul>
          {firings.slice(0, 12).map((firing) => (
            <li class="row" key={firing.entry}>
              <a href={link('firings', firing.id)}>
                <Time at={firing.triggered} fine />
              </a>
              <StateOf firing={firing} />
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h3>Events</h3>
        {ticks.length === 0 && <p class="soft">None in this time.</p>}
        <ul>
          {ticks.slice(0, 12).map((tick) => (
            <li key={tick.entry + tick.role} class="row">
              <a class="mono" href={link('events', tick.entry)}>
                {clock(tick.at, true)}
              </a>
              <span class="any">{seen(tick.event)}</span>
              {tick.role !== 'expected' && <Badge tone="blue">{tick.role}</Badge>}
            </li>
          ))}
        </ul>
        {ticks.length > 12 && <p class="soft small">and {ticks.length - 12} more</p>}
      </div>
    </div>
  );
}

function WindowFacts({ window, now }: { window: NonNullable<LaneAnswer['window']>; now: number }) {
  const { interval, alert, quietUntil, awaits, posture } = window;
  return (
    <dl class="facts">
      {interval && (
        <>
          <dt>Counted</dt>
          <dd>{countOf(window, now)}</dd>
        </>
      )}
      {interval?.bounded && (
        <>
          <dt>From</dt>
          <dd>
            <Time at={interval.start} fine />
          </dd>
          <dt>{posture === 'Proactive' ? 'Deadline' : 'Until'}</dt>
          <dd>
            <Time at={interval.due} fine /> <span class="soft">{ago(interval.due, now)}</span>
          </dd>
        </>
      )}
      {interval?.rests && (
        <>
          <dt>Rests</dt>
          <dd>It has fired, and counts again from its start on.</dd>
        </>
      )}
      {alert && (
        <>
          <dt>Alert since</dt>
          <dd>
            <Time at={alert.since} fine /> <span class="soft">for {span(now - alert.since)}</span>
          </dd>
        </>
      )}
      {quietUntil !== null && (
        <>
          <dt>Quiet until</dt>
          <dd>
            <Time at={quietUntil} fine />
          </dd>
        </>
      )}
      {awaits > 0 && (
        <>
          <dt>Waits for</dt>
          <dd>{awaits} parked events</dd>
        </>
      )}
    </dl>
  );
}
