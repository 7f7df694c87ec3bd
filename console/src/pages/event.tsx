import { useEffect } from 'preact/hooks';
import type { EventAnswer, ExplainedAnswer, StatusAnswer, WindowAnswer } from '../../../src/console/answers.ts';
import { post, useApi, useAsked } from '../ui/api.ts';
import { clock, count, seen, span } from '../ui/format.ts';
import { Answer, Badge, Card, Empty, Ghosts, Head, Key, Problem, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';
import { Json } from '../ui/text.tsx';

/** Logs up to this length are decided once more without being asked. */
const SOON = 20_000;

const REASONS: Readonly<Record<string, string>> = {
  wanted: 'takes it',
  disabled: 'would take it, if it was enabled',
  causes: 'would take it, but for the automations that led to it',
  condition: 'has a condition that it does not meet, or that has no answer for it',
  labels: 'asks for other labels',
};

/** From this difference on, a clock may be wrong somewhere. */
const APART_MS = 5_000;

/** When it happened, where that is not when it came. */
function Apart({ occurred, received }: { occurred: number | null; received: number | null }) {
  if (occurred === null || received === null || Math.abs(occurred - received) < APART_MS) return null;
  const ahead = occurred > received;
  return (
    <Badge tone="warn">
      dated {span(received - occurred)} {ahead ? 'ahead of its arrival' : 'before it came'}
    </Badge>
  );
}

export function EventDetail({ entry }: { entry: string }) {
  const loaded = useApi<EventAnswer>(`/api/events/${encodeURIComponent(entry)}`);
  return (
    <Answer of={loaded} lines={8}>
      {({ row, document, reasons }) => (
        <div class="stack">
          <Head
            title={row.event === '' ? 'No event' : seen(row.event)}
            crumb={
              <>
                <a href={link('events')}>Events</a> <span class="soft mono">/ {row.entry}</span>
              </>
            }
          />
          <div class="row wrap intro">
            {row.reason !== null ? (
              <Badge tone="bad">rejected</Badge>
            ) : row.applied ? (
              <Badge tone="good">applied</Badge>
            ) : (
              <Badge tone="warn">waits</Badge>
            )}
            <span class="mono any">{seen(row.resource)}</span>
            <span class="soft">
              received <Time at={row.received} fine />
            </span>
            <Apart occurred={row.occurred} received={row.received} />
          </div>
          {row.reason !== null && <Problem error={row.reason} />}
          <div class="halves">
            <Explanation entry={row.entry} />
            <div class="stack">
              <Card title="Document">
                {document === null ? <p class="soft">It is none.</p> : <Json value={document} />}
              </Card>
              <Card title="Automations that know its name, now">
                {reasons.length === 0 && <p class="soft">None waits for an event of this name.</p>}
                <ul>
                  {reasons.map(({ automation, why }) => (
                    <li key={automation} class="row wrap">
                      <a href={link('automations', automation)}>{seen(automation)}</a>
                      <span class="soft">{REASONS[why] ?? why}</span>
                    </li>
                  ))}
                </ul>
              </Card>
            </div>
          </div>
        </div>
      )}
    </Answer>
  );
}

function Explanation({ entry }: { entry: string }) {
  const status = useApi<StatusAnswer>('/api/status');
  const [state, run] = useAsked(() => post<ExplainedAnswer>(`/api/events/${encodeURIComponent(entry)}/explanation`));
  const entries = status.data?.entries ?? null;
  useEffect(() => {
    if (entries !== null && entries <= SOON) void run();
  }, [entry, entries]);
  return (
    <Card title="What it was to every automation">
      {state === 'idle' && (
        <Empty title="The log is decided once more up to this event">
          <p>
            {entries === null ? '' : `${count(entries)} entries are kept. `}It runs elsewhere: nothing of the engine is
            changed.
          </p>
          <button type="button" class="primary" onClick={() => void run()}>
            Explain
          </button>
        </Empty>
      )}
      {state === 'busy' && <Ghosts lines={6} />}
      {typeof state === 'object' && 'error' in state && <Problem error={state.error} again={() => void run()} />}
      {typeof state === 'object' && 'data' in state && <Explained explained={state.data} />}
    </Card>
  );
}

function Explained({ explained: { automations, outcome, reason } }: { explained: ExplainedAnswer }) {
  const first = automations.filter(({ interested }) => interested);
  const others = automations.filter(({ interested, nearest }) => !interested && nearest?.near !== true);
  const missed = automations.filter(({ interested, nearest }) => !interested && nearest?.near === true);
  return (
    <div class="stack" data-explained={automations.length}>
      {outcome !== 'applied' && (
        <p>
          <Badge tone="warn">{outcome}</Badge> {seen(reason ?? '')}
        </p>
      )}
      {first.length === 0 && <p class="soft">No automation was interested.</p>}
      {first.map((one) => (
        <Automation key={one.id} one={one} />
      ))}
      {missed.length > 0 && <Missed automations={missed} />}
      {others.length > 0 && (
        <details>
          <summary>{count(others.length)} automations were not interested</summary>
          <ul class="stack">
            {others.slice(0, 200).map(({ id, name, nearest }) => (
              <li key={id}>
                <a href={link('automations', id)}>{seen(name)}</a>
                <div class="soft any">{nearest === null ? '' : seen(nearest.said)}</div>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** Most near misses that are shown. */
const MISSED = 20;

/** Those that know its name, or one like it, and ask for more. */
function Missed({ automations }: Pick<ExplainedAnswer, 'automations'>) {
  return (
    <section>
      <h3>Nearly</h3>
      <ul class="stack tight">
        {automations.slice(0, MISSED).map(({ id, name, nearest }) => (
          <li key={id} data-missed={id}>
            <a href={link('automations', id)}>{seen(name)}</a>
            <div class="any">
              <span class="c-no">✗</span> <span class="soft mono">{seen(nearest?.condition ?? '')}</span>{' '}
              {seen(nearest?.said ?? '')}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Automation({ one: { id, name, exact, triggers } }: { one: ExplainedAnswer['automations'][number] }) {
  return (
    <section class="card" data-automation={id}>
      <header>
        <h3>
          <a href={link('automations', id)}>{seen(name)}</a>
        </h3>
        {!exact && <Badge tone="warn">what stood before is not known exactly</Badge>}
      </header>
      <div class="body stack">
        {triggers.map(({ path, word, key, conditions, before, after }) => (
          <div key={path}>
            <div class="row wrap">
              {path !== '' && <span class="soft">trigger {path}</span>}
              {word !== null && <Badge tone={word === 'fired' ? 'fire' : 'blue'}>{word}</Badge>}
              <Key labels={key} />
            </div>
            <ul>
              {conditions.map(({ condition, met, said }) => (
                <li key={condition + said} class="any">
                  <span class={met ? 'hl-text' : 'c-no'}>{met ? '✓' : '✗'}</span>{' '}
                  <span class="soft mono">{seen(condition)}</span> {seen(said)}
                </li>
              ))}
            </ul>
            <p class="small soft">
              before: {windowInWords(before)} → after: {windowInWords(after)}
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}

function windowInWords(window: WindowAnswer | null): string {
  if (window === null) return 'nothing';
  if (window.kind === 'composite') return `${window.children.length} of ${window.threshold} child firings`;
  const { interval, alert, quietUntil } = window;
  const parts: string[] = [];
  if (interval)
    parts.push(`${interval.count} of ${window.threshold}${interval.bounded ? ` until ${clock(interval.end)}` : ''}`);
  if (alert) parts.push(`alert since ${clock(alert.since)}`);
  if (quietUntil !== null) parts.push(`quiet until ${clock(quietUntil)}`);
  return parts.length === 0 ? 'nothing open' : parts.join(', ');
}
