import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Loaded, reasonOf } from './api.ts';
import { ago, iso, moment, seen } from './format.ts';
import { useNow } from './now.ts';
import { useShared } from './session.ts';
import { ACTED } from './wrong.tsx';

type Children = { children?: ComponentChildren };

export function Card({
  title,
  extra,
  children,
  bare,
}: Children & { title?: ComponentChildren; extra?: ComponentChildren; bare?: boolean }) {
  return (
    <section class="card">
      {title !== undefined && (
        <header>
          <h2>{title}</h2>
          {extra !== undefined && <div class="row push wrap">{extra}</div>}
        </header>
      )}
      {bare ? children : <div class="body">{children}</div>}
    </section>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | 'fire' | 'blue' | 'shade' | '';

export function Badge({ tone = '', children }: Children & { tone?: Tone }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A time as people read it; all of it where the mouse rests. */
export function Time({
  at,
  fine = false,
  relative = false,
}: {
  at: number | null;
  fine?: boolean;
  relative?: boolean;
}) {
  const now = useNow();
  if (at === null) return <span class="soft">–</span>;
  return (
    <time dateTime={iso(at)} title={iso(at)}>
      {relative ? ago(at, now) : moment(at, fine)}
    </time>
  );
}

/** The values of a key with their names. */
export function Key({ labels }: { labels: Readonly<Record<string, string>> }) {
  const entries = Object.entries(labels);
  if (entries.length === 0) return <span class="soft">all together</span>;
  return (
    <span class="keys">
      {entries.map(([name, value]) => (
        <span class="key" key={name}>
          <b>{seen(name)}=</b>
          {seen(value)}
        </span>
      ))}
    </span>
  );
}

export function Empty({ title, children }: Children & { title: string }) {
  return (
    <div class="state">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Problem({ error, again }: { error: string; again?: () => void }) {
  return (
    <div class="error" role="alert">
      <span>{seen(error)}</span>
      {again && (
        <button type="button" class="tiny push" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Ghosts({ lines = 4 }: { lines?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <div class={`ghost g${i % 3}`} key={i} />
      ))}
    </div>
  );
}

/** What is shown of an answer while it is on its way, when it failed, and when it is there. */
export function Answer<T>({
  of,
  children,
  lines,
}: {
  of: Loaded<T>;
  children: (data: T) => ComponentChildren;
  lines?: number;
}) {
  const { data, error, reload } = of;
  return (
    <>
      {error !== null && <Problem error={error} again={reload} />}
      {data !== null ? children(data) : error === null && <Ghosts lines={lines ?? 4} />}
    </>
  );
}

/** Tells on which sides of a list that scrolls there is more, as `data-more` of it. */
function useMore(own: RefObject<HTMLDivElement | null>, of: unknown): void {
  useEffect(() => {
    const list = own.current;
    if (list === null) return undefined;
    const tell = (): void => {
      // Where the page is zoomed, lengths are no whole numbers.
      const rest = list.scrollWidth - list.clientWidth - list.scrollLeft;
      list.dataset.more = `${list.scrollLeft > 1 ? 'before ' : ''}${rest > 1 ? 'behind' : ''}`.trim();
    };
    tell();
    const watcher = new ResizeObserver(tell);
    watcher.observe(list);
    list.addEventListener('scroll', tell, { passive: true });
    return () => {
      watcher.disconnect();
      list.removeEventListener('scroll', tell);
    };
  }, [of]);
}

export function Tabs<Name extends string>({
  names,
  now,
  turn,
  label,
}: {
  names: readonly (readonly [Name, string])[];
  now: Name;
  turn: (name: Name) => void;
  label: string;
}) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const [list, chosen] = [own.current, own.current?.querySelector<HTMLElement>('[aria-selected=true]')];
    // Where it is narrow, the one that is chosen may lie beside what is seen.
    if (list && chosen)
      list.scrollLeft = chosen.offsetLeft - list.offsetLeft - (list.clientWidth - chosen.offsetWidth) / 2;
  }, [now]);
  useMore(own, names.map(([, words]) => words).join());
  const step = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const at = names.findIndex(([name]) => name === now);
    const next = names[(at + by + names.length) % names.length];
    if (next) turn(next[0]);
    const list = (event.currentTarget as HTMLElement).querySelectorAll('button');
    list[(at + by + names.length) % names.length]?.focus();
  };
  return (
    <div ref={own} class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {names.map(([name, words]) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === now}
          tabIndex={name === now ? 0 : -1}
          onClick={() => turn(name)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}

export function Head({ title, crumb, children }: Children & { title: ComponentChildren; crumb?: ComponentChildren }) {
  return (
    <div class="head">
      <div class="title">
        {crumb && <div class="crumb">{crumb}</div>}
        <h1 tabIndex={-1}>{title}</h1>
      </div>
      {children && <div class="row wrap">{children}</div>}
    </div>
  );
}

/** A dialog that is open as long as it is shown. */
export function Dialog({ title, close, children }: Children & { title: string; close: () => void }) {
  const own = useRef<HTMLDialogElement>(null);
  useEffect(() => own.current?.showModal(), []);
  return (
    <dialog ref={own} aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

/** Something that is sent, and says what went wrong. `beside`: what stands beside the button that sends it. */
export function Form({
  send,
  submit,
  disabled = false,
  beside,
  children,
}: Children & { send: () => Promise<void>; submit: string; disabled?: boolean; beside: ComponentChildren }) {
  const [error, fail] = useState<string | null>(null);
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await send();
      document.dispatchEvent(new Event(ACTED));
    } catch (failure) {
      fail(reasonOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void run(event)}>
      {children}
      {error !== null && <Problem error={error} />}
      <div class="row">
        <button type="submit" class="primary" disabled={disabled}>
          {submit}
        </button>
        {beside}
      </div>
    </form>
  );
}

/** @param head the cells of its head; what stands in it are its rows, which become blocks where it is narrow: their first line is the cell `lead` */
export function Table({ head, children }: Children & { head: ComponentChildren }) {
  return (
    <div class="scroll">
      <table class="rows">
        <thead>
          <tr>{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Above a column of buttons: those who see it need no word for it. */
export function ActsHead() {
  return (
    <th class="fit">
      <span class="hidden">Acts</span>
    </th>
  );
}

/** A button that changes the engine: it asks for the token where that is missing, and says what went wrong. */
export function Act({
  act,
  done,
  children,
  tone = '',
  confirm,
}: Children & { act: () => Promise<unknown>; done?: () => void; tone?: string; confirm?: string }) {
  const { session, askToken } = useShared();
  const [state, set] = useState<'' | 'busy' | 'sure' | { error: string }>('');
  if (!session.allowChanges) return null;
  const run = async (): Promise<void> => {
    if (!session.change) return askToken();
    if (confirm !== undefined && state !== 'sure') return set('sure');
    set('busy');
    try {
      await act();
      document.dispatchEvent(new Event(ACTED));
      set('');
      done?.();
    } catch (error) {
      set({ error: reasonOf(error) });
    }
  };
  return (
    <span class="row">
      <button
        type="button"
        class={tone}
        disabled={state === 'busy'}
        onClick={() => void run()}
        onBlur={() => state === 'sure' && set('')}
      >
        {state === 'sure' ? confirm : children}
      </button>
      {typeof state === 'object' && (
        <span class="small" role="alert">
          {seen(state.error)}
        </span>
      )}
    </span>
  );
}
