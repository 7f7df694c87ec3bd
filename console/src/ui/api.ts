import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** What went wrong, as a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function answerOf<T>(response: Response): Promise<T> {
  const value: unknown = await response.json().catch(() => null);
  if (response.ok) return value as T;
  const said = (value as { error?: { message?: string } } | null)?.error?.message;
  throw new Error(said ?? `answered ${response.status}`);
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return await answerOf(await reach(path, { ...(signal && { signal }) }));
}

export async function post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const sent = { 'content-type': 'application/json' };
  const with_ = body === undefined ? {} : { headers: sent, body: JSON.stringify(body) };
  return await answerOf(await reach(path, { method: 'POST', ...with_, ...(signal && { signal }) }));
}

export async function remove<T>(path: string): Promise<T> {
  return await answerOf(await reach(path, { method: 'DELETE' }));
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Error('the console does not answer: it may have been stopped');
  }
}

/** A path with what it asks for. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** What a page knows of an answer: the last one stays while the next is on its way. */
export type Loaded<T> = Readonly<{ data: T | null; error: string | null; reload: () => void }>;

/** Asks for something as long as the page is shown. @param every ms between two questions; without, it is asked once */
export function useApi<T>(path: string, every?: number): Loaded<T> {
  const [state, setState] = useState<{ path: string; data: T | null; error: string | null }>({
    path,
    data: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const end = new AbortController();
    let timer = 0;
    const ask = async (): Promise<void> => {
      try {
        const data = await get<T>(path, end.signal);
        if (end.signal.aborted) return;
        setState({ path, data, error: null });
      } catch (error) {
        if (end.signal.aborted) return;
        const message = reasonOf(error);
        setState((old) => ({ path, data: old.path === path ? old.data : null, error: message }));
      }
      if (every !== undefined) timer = window.setTimeout(again, every);
    };
    // Nobody looks at a page in the background.
    const again = (): void => {
      if (document.hidden) timer = window.setTimeout(again, every);
      else void ask();
    };
    void ask();
    return () => {
      end.abort();
      window.clearTimeout(timer);
    };
  }, [path, every, round]);
  const reload = useCallback(() => setRound((now) => now + 1), []);
  const own = state.path === path;
  return { data: own ? state.data : null, error: own ? state.error : null, reload };
}

/** Something that is asked for by a button: whether it is on its way, and what came of it. */
export type Asked<T> = 'idle' | 'busy' | Readonly<{ error: string }> | Readonly<{ data: T }>;

/** How far it is, and what asks for it. */
export function useAsked<T>(ask: () => Promise<T>): readonly [Asked<T>, () => Promise<void>] {
  const [state, set] = useState<Asked<T>>('idle');
  const run = async (): Promise<void> => {
    set('busy');
    try {
      set({ data: await ask() });
    } catch (error) {
      set({ error: reasonOf(error) });
    }
  };
  return [state, run];
}

type Page = Readonly<{ next: string | null }>;

/**
 * A list page by page: the first is asked for again and again, those behind it when somebody wants them. `fresh`: the first page as it is now,
 * which is not shown as long as the list stays as it is. `next`: null where the list ends. `renew`: shows it from the newest on.
 */
export type Paged<T> = Readonly<{
  first: Loaded<T>;
  fresh: T | null;
  more: readonly T[];
  next: string | null;
  error: string | null;
  load: () => Promise<void>;
  renew: () => void;
}>;

/** @param held whether the list has to stay as it is */
export function usePages<T extends Page>(
  path: string,
  query: Parameters<typeof withQuery>[1],
  every: number,
  held: boolean,
): Paged<T> {
  const asked = withQuery(path, query);
  const now = useApi<T>(asked, every);
  const [loaded, add] = useState<Readonly<{ asked: string; pages: readonly T[] }>>({ asked, pages: [] });
  const [error, fail] = useState<string | null>(null);
  const more = loaded.asked === asked ? loaded.pages : [];
  const shown = useRef<Readonly<{ asked: string; data: T }> | null>(null);
  // Pages that were loaded follow the first as it was then: if it moved on, what lies between would be missing.
  const stays = (held || more.length > 0) && shown.current?.asked === asked;
  if (!stays) shown.current = now.data && { asked, data: now.data };
  const first = { ...now, data: shown.current?.data ?? null };
  const next = (more.at(-1) ?? first.data)?.next ?? null;
  const load = async (): Promise<void> => {
    try {
      const page = await get<T>(withQuery(path, { ...query, before: next ?? undefined }));
      add({ asked, pages: [...more, page] });
    } catch (failure) {
      fail(reasonOf(failure));
    }
  };
  const renew = (): void => {
    shown.current = null;
    add({ asked, pages: [] });
  };
  return { first, fresh: now.data, more, next, error, load, renew };
}

/** Rows of all pages, each once. */
export function rowsOf<Row extends Readonly<{ entry: string }>>(first: readonly Row[], more: readonly Row[]): Row[] {
  const known = new Set(first.map(({ entry }) => entry));
  return [...first, ...more.filter(({ entry }) => !known.has(entry))];
}
