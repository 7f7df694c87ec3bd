import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FiringAnswer, MinutesAnswer, StatusAnswer } from '../../../src/console/answers.ts';
import { useApi } from '../ui/api.ts';
import { Chart } from '../ui/chart.tsx';
import { ago, bytes, compact, count, counted, seen, span } from '../ui/format.ts';
import { Answer, Badge, Card, Empty, Head, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';
import { Attention, LastChanges, SOURCES, Sources } from './attention.tsx';
import { FiringTable } from './firings.tsx';

/** @param part what of it is to be seen first */
export function Overview({ part }: { part?: string | undefined }) {
  const status = useApi<StatusAnswer>('/api/status', 2_000);
  const minutes = useApi<MinutesAnswer>('/api/minutes', 10_000);
  const firings = useApi<{ firings: readonly FiringAnswer[] }>('/api/firings?limit=8', 3_000);
  const hour = minutes.data?.firings.reduce((sum, one) => sum + one, 0) ?? null;
  return (
    <div class="stack">
      <Head title="Overview" />
      <Answer of={status} lines={2}>
        {(data) => <Tiles status={data} hour={hour} />}
      </Answer>
      <div class="front">
        <div class="front-first">
          <Attention />
        </div>
        <div class="front-main stack">
          <Card title="The last hour">
            <Answer of={minutes}>{(data) => <Hour minutes={data} />}</Answer>
          </Card>
          <Card title="What fired last" extra={<a href={link('firings')}>All firings</a>} bare>
            <Answer of={firings}>
              {(data) =>
                data.firings.length === 0 ? (
                  <Empty title="Nothing has fired yet">An automation fires when its events come, or stay away.</Empty>
                ) : (
                  <FiringTable firings={data.firings} brief />
                )
              }
            </Answer>
          </Card>
          <LastChanges />
        </div>
        <div class="stack">
          <Card title="Workers" bare>
            <Answer of={status}>{(data) => <Workers status={data} />}</Answer>
          </Card>
          {status.data !== null && status.data.sources.length > 0 && (
            <Reached here={part === SOURCES[1]}>
              <Card title="Sources" bare>
                <Sources sources={status.data.sources} now={status.data.now} />
              </Card>
            </Reached>
          )}
        </div>
      </div>
    </div>
  );
}

/** A part of a page that a link may lead to: it comes into view, and readers of the page hear it. */
function Reached({ here, children }: { here: boolean; children: ComponentChildren }) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!here) return;
    own.current?.scrollIntoView({ block: 'center' });
    own.current?.focus({ preventScroll: true });
  }, [here]);
  return (
    <div ref={own} tabIndex={-1} data-reached={here}>
      {children}
    </div>
  );
}

/** Entries that took effect in a second, between two looks. */
function useRate(status: StatusAnswer): number | null {
  const before = useRef<{ at: number; applied: number } | null>(null);
  const [rate, set] = useState<number | null>(null);
  const applied = status.counters.applied ?? 0;
  useEffect(() => {
    const last = before.current;
    if (last !== null && status.now > last.at) set(((applied - last.applied) * 1_000) / (status.now - last.at));
    before.current = { at: status.now, applied };
  }, [status.now, applied]);
  return rate;
}

function Tiles({ status, hour }: { status: StatusAnswer; hour: number | null }) {
  const rate = useRate(status);
  const { behind, waitingMs, lagMs, windows, dead, unrelayed, counters } = status;
  return (
    <div class="tiles">
      <Tile
        name="Events a second"
        value={rate === null ? '…' : compact(Math.round(rate))}
        note={`${compact(counters.applied ?? 0)} in all`}
        to={['events']}
      />
      <Tile
        name="Firings, last hour"
        value={hour === null ? '…' : compact(hour)}
        note={`${compact(status.firings)} kept`}
        to={['firings']}
      />
      <Tile
        name="Waiting entries"
        value={behind === null ? '?' : compact(behind)}
        note={waitingMs > 0 ? `oldest ${span(waitingMs)}` : 'none waits'}
        tone={waitingMs > 10_000 ? 'bad' : ''}
      />
      <Tile name="Lag of events" value={span(lagMs)} note="occurred to received" tone={lagMs > 60_000 ? 'warn' : ''} />
      <Tile
        name="Keys with state"
        value={compact(windows)}
        note={`windows, alerts; ${counted(status.automations, 'automation')}`}
        to={['automations']}
      />
      <Tile
        name="Not in queues yet"
        value={unrelayed === null ? '?' : compact(unrelayed)}
        note="firings"
        tone={(unrelayed ?? 0) > 1_000 ? 'warn' : ''}
        to={['queues']}
      />
      <Tile
        name="Dead letters"
        value={compact(dead)}
        note={status.lost > 0 ? `${count(status.lost)} entries lost` : 'given up'}
        tone={dead > 0 ? 'warn' : ''}
        to={['failures', 'letters']}
      />
      <Tile
        name="Memory of Redis"
        value={bytes(status.memory.used)}
        note={status.memory.limit > 0 ? `${Math.round(status.memory.ratio * 100)} % of its limit` : 'no limit'}
      />
    </div>
  );
}

type TileProps = { name: string; value: string; note: string; tone?: string; to?: readonly string[] };

function Tile({ name, value, note, tone = '', to }: TileProps) {
  const inner = (
    <>
      <span class="name">{name}</span>
      <span class="value">{value}</span>
      <span class="note">{note}</span>
    </>
  );
  if (to === undefined) return <div class={`tile ${tone}`}>{inner}</div>;
  return (
    <a class={`tile ${tone}`} href={link(...to)}>
      {inner}
    </a>
  );
}

function Hour({ minutes }: { minutes: MinutesAnswer }) {
  const at = useMemo(() => minutes.firings.map((_, i) => minutes.from + i * minutes.step), [minutes]);
  const firings = useMemo(
    () => [{ name: 'Firings a minute', colour: 'fire', values: minutes.firings, bars: true }],
    [minutes],
  );
  const events = useMemo(() => [{ name: 'Events a minute', colour: 'blue', values: minutes.events }], [minutes]);
  const deliveries = useMemo(
    () => [
      { name: 'Deliveries a minute', colour: 'good', values: minutes.deliveries, bars: true },
      { name: 'failed for good', colour: 'bad', values: minutes.failed, bars: true },
    ],
    [minutes],
  );
  return (
    <div class="stack">
      <Chart label="Events by minutes of the last hour" at={at} series={events} />
      <Chart label="Firings by minutes of the last hour" at={at} series={firings} />
      {minutes.deliveries.some((count) => count > 0) && (
        <Chart label="Deliveries by minutes of the last hour" at={at} series={deliveries} />
      )}
    </div>
  );
}

function Workers({ status }: { status: StatusAnswer }) {
  if (status.workers.length === 0)
    return <Empty title="No worker is alive">Nothing is decided until one runs: watchfire worker.</Empty>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Worker</th>
            <th class="num">Generation</th>
            <th class="fit">Seen</th>
          </tr>
        </thead>
        <tbody>
          {status.workers.slice(0, 50).map(({ id, host, pid, generation, seenMsAgo, paused }) => (
            <tr key={id}>
              <td>
                <div class="main-line mono">{seen(id)}</div>
                <div class="sub-line">
                  {seen(host)}, process {pid}
                </div>
                {paused.map(({ queue, why }) => (
                  <div class="sub-line" key={queue}>
                    <Badge tone="warn">paused</Badge> {seen(queue)}: {seen(why)}
                  </div>
                ))}
              </td>
              <td class="num">
                {generation === status.generation ? (
                  <Badge tone="good">{generation}</Badge>
                ) : (
                  <Badge tone="warn">{`${generation} of ${status.generation}`}</Badge>
                )}
              </td>
              <td class="fit">{ago(status.now - seenMsAgo, status.now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {status.nextDeadline !== null && (
        <p class="small soft pad">
          Next deadline <Time at={status.nextDeadline} relative />
        </p>
      )}
    </div>
  );
}
