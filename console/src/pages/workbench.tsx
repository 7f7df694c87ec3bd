import { useEffect, useRef, useState } from 'preact/hooks';
import type { AutomationAnswer, BacktestAnswer, DraftAnswer, ProgressAnswer } from '../../../src/console/answers.ts';
import { get, post, reasonOf, useApi, useAsked } from '../ui/api.ts';
import { Editor } from '../ui/editor.tsx';
import { count, counted, seen } from '../ui/format.ts';
import { Act, Badge, Card, Empty, Ghosts, Head, Problem } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';
import { useShared } from '../ui/session.ts';
import { OfAutomation } from './attention.tsx';
import { BacktestView } from './backtest.tsx';

const EXAMPLE = `name: Five failed orders of one customer
trigger:
  expect: [order.failed]
  for_each: [id]
  threshold: 5
  within: 10m
actions:
  - { type: queue, queue: support, name: call-customer }
`;

/** Between the last key and the question. */
const PAUSE_MS = 300;
const DRAFT = 'watchfire-draft';

export function Workbench({ id }: { id: string | undefined }) {
  const [text, set] = useState<string | null>(null);
  const [stored, know] = useState<AutomationAnswer | null>(null);
  const [error, fail] = useState<string | null>(null);
  useEffect(() => {
    if (id === undefined) {
      set(sessionStorage.getItem(DRAFT) ?? EXAMPLE);
      return;
    }
    get<AutomationAnswer>(`/api/automations/${encodeURIComponent(id)}`).then(
      (automation) => {
        know(automation);
        set(automation.text);
      },
      (failure: unknown) => fail(reasonOf(failure)),
    );
  }, [id]);
  if (error !== null) return <Problem error={error} />;
  return (
    <>
      <Head
        title="Workbench"
        crumb={id === undefined ? undefined : <a href={link('automations', id)}>Back to the automation</a>}
      />
      {text === null ? <Ghosts lines={8} /> : <Bench first={text} stored={stored} />}
    </>
  );
}

/** What came of a check; nothing of both while the first is on its way. */
type CheckedDraft = Readonly<{ draft: DraftAnswer | null; error: string | null }>;

/** What the engine says of a text, a moment after it was written. */
function useDraft(text: string): CheckedDraft {
  const [checked, set] = useState<CheckedDraft>({ draft: null, error: null });
  useEffect(() => {
    const end = new AbortController();
    const timer = window.setTimeout(() => {
      post<DraftAnswer>('/api/drafts/check', { text }, end.signal).then(
        (draft) => !end.signal.aborted && set({ draft, error: null }),
        (failure: unknown) => !end.signal.aborted && set({ draft: null, error: reasonOf(failure) }),
      );
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      end.abort();
    };
  }, [text]);
  return checked;
}

/** @param stored the automation that is edited; a text of new ones is kept while the page is left */
function Bench({ first, stored }: { first: string; stored: AutomationAnswer | null }) {
  const [text, set] = useState(first);
  const { draft, error } = useDraft(text);
  const [saved, say] = useState<string | null>(null);
  const isSound =
    draft !== null && draft.changes.length > 0 && draft.problems.every(({ severity }) => severity !== 'error');
  const change = (now: string): void => {
    set(now);
    say(null);
    if (stored === null) sessionStorage.setItem(DRAFT, now);
  };
  const put = (mode?: 'shadow' | 'live') => async (): Promise<void> => {
    const { put: done } = await post<{ put: { name: string; change: string }[] }>('/api/automations', { text, mode });
    say(done.map(({ name, change: what }) => `${name}: ${mode ?? what}`).join(', '));
  };
  return (
    <div class="stack">
      <div class="wide-left">
        <div class="stack">
          <Editor text={first} change={change} problems={draft?.problems ?? []} />
          {isSound && <Save put={put} />}
          {saved !== null && (
            <p class="said" role="status">
              Saved. {seen(saved)}
            </p>
          )}
        </div>
        <Card title="Check">
          <div class="stack">
            {error === null ? <Checked draft={draft} /> : <Problem error={error} />}
            {stored !== null && <OfAutomation id={stored.id} forEach={stored.forEach} />}
          </div>
        </Card>
      </div>
      <Backtests text={text} isSound={isSound} />
    </div>
  );
}

function Save({ put }: { put: (mode?: 'shadow' | 'live') => () => Promise<void> }) {
  const { session } = useShared();
  if (!session.allowChanges)
    return <p class="small soft">This console is read-only. It was started without --allow-changes.</p>;
  return (
    <div class="row wrap">
      <Act act={put()} tone="primary">
        Save
      </Act>
      <Act act={put('shadow')}>Save in shadow</Act>
      <Act act={put('live')}>Save and promote</Act>
    </div>
  );
}

function Checked({ draft }: { draft: DraftAnswer | null }) {
  if (draft === null) return <Ghosts />;
  const { problems, changes } = draft;
  return (
    <div class="stack" data-problems={problems.length}>
      {problems.length === 0 && changes.length > 0 && (
        <div class="row">
          <span class="dot good" />
          Nothing is wrong with it.
        </div>
      )}
      <ul class="stack">
        {problems.map(({ severity, line, path, message }) => (
          <li key={`${line}${path}${message}`} class="any">
            <Badge tone={severity === 'error' ? 'bad' : 'warn'}>{severity}</Badge> <span class="soft">line {line}</span>{' '}
            <span class="mono">{seen(path)}</span> {seen(message)}
          </li>
        ))}
      </ul>
      {changes.map(({ id, name, change, keys, trigger, drops }) => (
        <div key={id}>
          <div class="row wrap">
            <Badge tone={change === 'created' ? 'good' : change === 'updated' ? 'blue' : ''}>{change}</Badge>
            <strong class="any">{seen(name)}</strong>
          </div>
          <p class="soft any">{seen(trigger)}</p>
          {change === 'updated' && <p class="small soft">differs in {keys.map(seen).join(', ')}</p>}
          {drops !== null && drops.windows + drops.alerts > 0 && (
            <p class="small">
              <Badge tone="warn">drops</Badge> {counted(drops.windows, 'open window')} and{' '}
              {counted(drops.alerts, 'alert')}: they begin anew
            </p>
          )}
        </div>
      ))}
    </div>
  );
}

const SPANS = [
  [600_000, '10 minutes'],
  [3_600_000, '1 hour'],
  [6 * 3_600_000, '6 hours'],
  [24 * 3_600_000, '1 day'],
] as const;

const LOOK_MS = 500;

/** How far a backtest is. */
function Progress({ run }: { run: string }) {
  const { data } = useApi<ProgressAnswer>(`/api/backtests/${run}`, LOOK_MS);
  const { done = 0, total = 0 } = data?.progress ?? {};
  return (
    <div class="stack" role="status">
      <progress max={Math.max(1, total)} value={done} aria-label="How far the log is decided once more" />
      <span class="small soft">
        {total === 0 ? 'It begins …' : `${count(done)} of ${counted(total, 'entry', 'entries')}`}
      </span>
    </div>
  );
}

function Backtests({ text, isSound }: { text: string; isSound: boolean }) {
  const [sinceMs, choose] = useState<number>(3_600_000);
  const name = useRef('');
  const [run, start] = useAsked(() => {
    name.current = Math.random().toString(36).slice(2);
    return post<BacktestAnswer>('/api/backtests', { text, sinceMs, run: name.current });
  });
  return (
    <Card
      title="What it would have done"
      extra={
        <>
          <select
            aria-label="How far back"
            value={sinceMs}
            onChange={(event) => choose(Number(event.currentTarget.value))}
          >
            {SPANS.map(([ms, words]) => (
              <option key={ms} value={ms}>
                the last {words}
              </option>
            ))}
          </select>
          <button type="button" class="primary" disabled={!isSound || run === 'busy'} onClick={() => void start()}>
            {run === 'busy' ? 'Replaying …' : 'Backtest'}
          </button>
        </>
      }
    >
      {run === 'idle' && (
        <Empty title="The log is decided once more with this text">
          What it would have fired is drawn beside what is live. It runs elsewhere: nothing of the engine is changed,
          and no job is made.
        </Empty>
      )}
      {run === 'busy' && <Progress run={name.current} />}
      {typeof run === 'object' && 'error' in run && <Problem error={run.error} />}
      {typeof run === 'object' && 'data' in run && <BacktestView result={run.data} />}
    </Card>
  );
}
