import { useCallback, useRef, useState } from 'preact/hooks';
import type { EventRowAnswer, EventsAnswer, LiveAnswer } from '../../../src/console/answers.ts';
import { rowsOf, usePages } from '../ui/api.ts';
import { clock, count, counted, seen, span, timeOfEntry } from '../ui/format.ts';
import { News, useHold } from '../ui/hold.tsx';
import { type LiveEvent, useLive } from '../ui/live.ts';
import { useSettled } from '../ui/now.ts';
import { Answer, Badge, Card, Empty, Head, Problem, Table, Tabs, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';

type Filter = Readonly<{ name: string; resource: string; label: string }>;

/** From this difference between Occurred and Received on, a clock may be wrong somewhere. */
const APART_MS = 5_000;

const NO_FILTER: Filter = { name: '', resource: '', label: '' };
const PAGE = 100;
/** Between the last key and the question. */
const PAUSE_MS = 250;
const LIVE_KEPT = 300;

/** @param name the name that is looked for, from a link */
export function Events({ name = '' }: { name?: string }) {
  const [tab, turn] = useState<'past' | 'live'>('past');
  const [filter, set] = useState<Filter>({ ...NO_FILTER, name });
  const wanted = useSettled(filter, PAUSE_MS);
  const field = (name: keyof Filter, words: string) => (
    <label class="field">
      {words}
      <input
        type="text"
        data-filter={name}
        value={filter[name]}
        onInput={(event) => set({ ...filter, [name]: event.currentTarget.value.trim() })}
      />
    </label>
  );
  return (
    <div class="stack">
      <Head title="Events">
        {field('name', 'Name, as order.*')}
        {field('resource', 'Part of the resource')}
        {tab === 'past' && field('label', 'Label, as tier=gold')}
      </Head>
      <div>
        <Tabs
          names={[
            ['past', 'Past'],
            ['live', 'Live'],
          ]}
          now={tab}
          turn={turn}
          label="Past or live"
        />
        <Card bare>{tab === 'past' ? <PastEvents filter={wanted} /> : <LiveEvents filter={wanted} />}</Card>
      </div>
    </div>
  );
}

function PastEvents({ filter }: { filter: Filter }) {
  const { held, props } = useHold();
  const asked = { ...filter, limit: PAGE };
  const { first, fresh, more, next, error, load, renew } = usePages<EventsAnswer>('/api/events', asked, 5_000, held);
  return (
    <Answer of={first} lines={10}>
      {(data) => {
        const now = new Map(fresh?.events.map((one) => [one.entry, one]));
        const all = rowsOf(
          data.events,
          more.flatMap(({ events }) => events),
        ).map((one) => now.get(one.entry) ?? one);
        const known = new Set(all.map(({ entry }) => entry));
        const news = [...now.keys()].filter((entry) => !known.has(entry)).length;
        const looked = [data, ...more].reduce((sum, one) => sum + one.looked, 0);
        return (
          <div {...props} data-list>
            <News stays={held || more.length > 0} fresh={news} atLeast={news >= PAGE} noun="event" show={renew} />
            {all.length === 0 ? (
              <Empty title="No event fits">{counted(looked, 'entry', 'entries')} of the log looked at.</Empty>
            ) : (
              <EventTable events={all} />
            )}
            {error !== null && <Problem error={error} />}
            <div class="row pad">
              {next !== null && (
                <button type="button" onClick={() => void load()}>
                  Look further back
                </button>
              )}
              <span class="small soft">{counted(looked, 'entry', 'entries')} looked at</span>
            </div>
          </div>
        );
      }}
    </Answer>
  );
}

function EventTable({ events }: { events: readonly EventRowAnswer[] }) {
  return (
    <Table
      head={
        <>
          <th class="fit">Received</th>
          <th>Event</th>
          <th>Resource</th>
          <th class="fit narrow-off">Occurred</th>
          <th class="fit">State</th>
        </>
      }
    >
      {events.map(({ entry, event, resource, occurred, received, applied, reason }) => (
        <tr key={entry} data-entry={entry}>
          <td class="fit">
            <a href={link('events', entry)}>
              <Time at={received ?? timeOfEntry(entry)} fine />
            </a>
          </td>
          <td class="lead">
            <a class="main-line" href={link('events', entry)}>
              {event === '' ? 'no event' : seen(event)}
            </a>
            {reason !== null && <div class="sub-line">{seen(reason)}</div>}
          </td>
          <td class="any mono">{seen(resource)}</td>
          <td class="fit narrow-off">
            <Time at={occurred} fine />
            {occurred !== null && received !== null && Math.abs(received - occurred) >= APART_MS && (
              <div class="sub-line">
                <Badge tone="warn">
                  {span(received - occurred)} {occurred > received ? 'ahead' : 'before'}
                </Badge>
              </div>
            )}
          </td>
          <td class="fit">
            {reason !== null ? (
              <Badge tone="bad">rejected</Badge>
            ) : applied ? (
              <Badge>applied</Badge>
            ) : (
              <Badge tone="warn">waits</Badge>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** A pattern with `*` and `?`, as a person who filters means it. */
function fits(pattern: string, name: string): boolean {
  if (pattern === '') return true;
  const parts = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${parts}$`).test(name);
}

function LiveEvents({ filter }: { filter: Filter }) {
  const [{ events, more }, add] = useState<{ events: readonly LiveEvent[]; more: number }>({ events: [], more: 0 });
  const [paused, pause] = useState(false);
  const hear = useCallback(
    (message: LiveAnswer) => {
      if (paused) return;
      const news = message.notes.filter(
        (note): note is LiveEvent =>
          note.kind === 'event' &&
          fits(filter.name, note.event ?? '') &&
          (note.resource ?? '').includes(filter.resource),
      );
      add((old) => ({ events: [...news.reverse(), ...old.events].slice(0, LIVE_KEPT), more: old.more + message.more }));
    },
    [paused, filter],
  );
  useLive(hear);
  const { held, props } = useHold();
  const shown = useRef(events);
  const stays = held && shown.current.length > 0;
  if (!stays) shown.current = events;
  const [newest] = shown.current;
  const at = newest === undefined ? 0 : events.indexOf(newest);
  const [, draw] = useState(0);
  const show = (): void => {
    shown.current = events;
    draw((times) => times + 1);
  };
  return (
    <div {...props} data-list>
      <News stays={stays} fresh={at < 0 ? events.length : at} atLeast={at < 0} noun="event" show={show}>
        <button type="button" class="tiny" onClick={() => pause(!paused)}>
          {paused ? 'Go on' : 'Pause'}
        </button>
        {more > 0 && <span class="small soft">{count(more)} more came too fast to be shown</span>}
      </News>
      {events.length === 0 ? (
        <Empty title="Waiting for events">They are shown as workers apply them.</Empty>
      ) : (
        <LiveTable events={shown.current} />
      )}
    </div>
  );
}

function LiveTable({ events }: { events: readonly LiveEvent[] }) {
  return (
    <table>
      <tbody>
        {events.map((event) => (
          <tr key={event.entry}>
            <td class="fit mono">
              <a href={link('events', event.entry)}>{clock(timeOfEntry(event.entry), true)}</a>
            </td>
            <td>
              <div class="main-line">{seen(event.event ?? 'no event')}</div>
              <div class="sub-line mono">{seen(event.resource ?? event.reason ?? '')}</div>
            </td>
            <td>
              <span class="keys">
                {event.outcome !== 'applied' && (
                  <Badge tone={event.outcome === 'rejected' ? 'bad' : 'warn'}>{event.outcome}</Badge>
                )}
                {event.decisions.map(({ automation, trigger, word }) => (
                  <Badge
                    key={automation + trigger}
                    tone={word === 'fired' ? 'fire' : word === 'resolved' ? 'good' : ''}
                  >
                    {seen(automation)}: {word}
                  </Badge>
                ))}
                {event.unanswered?.map((automation) => (
                  <Badge key={automation} tone="bad">
                    {seen(automation)}: no answer
                  </Badge>
                ))}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
