import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../src/console/answers.ts';
import { Alerts } from './pages/alerts.tsx';
import { AutomationDetail } from './pages/automation.tsx';
import { Automations } from './pages/automations.tsx';
import { EventDetail } from './pages/event.tsx';
import { Events } from './pages/events.tsx';
import { Failures } from './pages/failures.tsx';
import { FiringDetail } from './pages/firing.tsx';
import { Firings } from './pages/firings.tsx';
import { Overview } from './pages/overview.tsx';
import { QueueDetail, Queues } from './pages/queues.tsx';
import { WorkbenchDoor } from './pages/workbench-door.tsx';
import { useApi } from './ui/api.ts';
import { Frame, PAGES } from './ui/frame.tsx';
import { Ghosts, Head, Problem } from './ui/parts.tsx';
import { go, usePlace } from './ui/route.ts';
import { type Shared, SharedContext } from './ui/session.ts';
import { turnTheme } from './ui/theme.ts';
import { TokenDialog, TokenPage } from './ui/token.tsx';
import { WrongProvider } from './ui/wrong.tsx';

export function App() {
  const loaded = useApi<SessionAnswer>('/api/session');
  const [asking, ask] = useState(false);
  const session = loaded.data;
  const shared = useMemo<Shared | null>(() => session && { session, askToken: () => ask(true) }, [session]);
  if (loaded.error !== null && session === null) return <Problem error={loaded.error} again={loaded.reload} />;
  if (shared === null) return <Ghosts />;
  if (!shared.session.look) return <TokenPage done={loaded.reload} />;
  return (
    <SharedContext.Provider value={shared}>
      <WrongProvider>
        <Frame>
          <Page />
        </Frame>
      </WrongProvider>
      {asking && <TokenDialog close={() => ask(false)} done={loaded.reload} />}
    </SharedContext.Provider>
  );
}

function Page() {
  const place = usePlace();
  useKeys();
  const [page = 'overview', id] = place;
  useEffect(() => {
    const title = PAGES.find(([name]) => name === page)?.[1] ?? 'Watchfire';
    document.title = `${title} · Watchfire`;
    window.scrollTo(0, 0);
    // Readers of the page hear where they are.
    document.querySelector('h1')?.focus({ preventScroll: true });
  }, [page, id]);
  return <div key={place.join('/')}>{pageAt(page, id, place)}</div>;
}

function pageAt(page: string, id: string | undefined, place: readonly string[]): ComponentChildren {
  if (page === 'overview') return <Overview part={id} />;
  if (page === 'automations') return id === undefined ? <Automations /> : <AutomationDetail id={id} tab={place[2]} />;
  if (page === 'firings') return id === undefined ? <Firings /> : <FiringDetail id={id} />;
  if (page === 'events') {
    if (id === 'named') return <Events name={place[2] ?? ''} />;
    return id === undefined ? <Events /> : <EventDetail entry={id} />;
  }
  if (page === 'alerts') return <Alerts />;
  if (page === 'failures') return <Failures tab={id} />;
  if (page === 'workbench') return <WorkbenchDoor id={id} />;
  if (page === 'queues') return id === undefined ? <Queues /> : <QueueDetail name={id} />;
  return <Head title="There is no such page" />;
}

/** `g` and a letter lead to a page, `/` into its filter, `t` turns light and dark. */
function useKeys(): void {
  useEffect(() => {
    let led = false;
    const hear = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyping =
        target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable=true], dialog');
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      if (led) {
        led = false;
        const page = PAGES.find(([, , letter]) => letter === event.key);
        if (page) go(page[0]);
        return;
      }
      if (event.key === 'g') led = true;
      else if (event.key === 't') turnTheme();
      else if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('input[type=search], input[data-filter]')?.focus();
      }
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, []);
}
