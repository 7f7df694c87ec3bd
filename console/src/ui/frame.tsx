import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { remove } from './api.ts';
import { seen } from './format.ts';
import { Icon } from './icons.tsx';
import { useLiveState } from './live.ts';
import { link, usePlace } from './route.ts';
import { useShared } from './session.ts';
import { turnTheme } from './theme.ts';
import { WrongPip } from './wrong.tsx';

/** The pages: place, name, and the letter that leads there behind `g`. */
export const PAGES = [
  ['overview', 'Overview', 'o'],
  ['automations', 'Automations', 'a'],
  ['firings', 'Firings', 'f'],
  ['events', 'Events', 'e'],
  ['alerts', 'Alerts', 'l'],
  ['failures', 'Failures', 'd'],
  ['workbench', 'Workbench', 'w'],
  ['queues', 'Queues', 'q'],
] as const;

export function Frame({ children }: { children: ComponentChildren }) {
  const [page = 'overview'] = usePlace();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const hear = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, [open]);
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => document.querySelector('h1')?.focus()}>
        Skip to the page
      </button>
      <header class={`side ${open ? 'open' : ''}`}>
        <a class="brand" href="#/overview">
          <img src="/favicon.svg" alt="" />
          Watchfire
        </a>
        <span class="narrow-on push">
          <WrongPip />
        </span>
        <button ref={button} type="button" class="menu-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          Menu
        </button>
        <nav class="nav" aria-label="Pages">
          {PAGES.map(([name, words, letter]) => (
            <a
              key={name}
              href={link(name)}
              aria-current={name === page ? 'page' : undefined}
              title={`g ${letter}`}
              onClick={() => setOpen(false)}
            >
              <Icon name={name} />
              {words}
              {name === 'overview' && <WrongPip />}
            </a>
          ))}
        </nav>
        <Foot />
      </header>
      <main class="main" id="main">
        {children}
      </main>
    </div>
  );
}

function Foot() {
  const { session, askToken } = useShared();
  const on = useLiveState();
  const leave = async (): Promise<void> => {
    await remove('/api/session');
    window.location.reload();
  };
  return (
    <div class="foot">
      <div class="row" title={on ? 'News come as they happen' : 'No news come'}>
        <span class="row">
          <span class={`dot ${on ? 'good' : ''}`} />
          {on ? 'Live' : 'Not live'}
        </span>
        <span class="mono">{seen(session.namespace)}</span>
      </div>
      <div class="row">
        <span>{session.allowChanges ? (session.change ? 'May change' : 'Changes need the token') : 'Read-only'}</span>
      </div>
      <div class="row">
        <button type="button" class="tiny" onClick={() => turnTheme()} title="t">
          Light / dark
        </button>
        {session.allowChanges && !session.change && (
          <button type="button" class="tiny" onClick={askToken}>
            Token
          </button>
        )}
        {session.known && (
          <button type="button" class="tiny" onClick={() => void leave()}>
            Leave
          </button>
        )}
      </div>
      <div class="small">{session.version}</div>
    </div>
  );
}
