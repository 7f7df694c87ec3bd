import { useEffect, useState } from 'preact/hooks';

/** Where the page is: `#/firings/abc?state=Resolved` is ['firings', 'abc']. */
export function usePlace(): readonly string[] {
  const [place, set] = useState(read);
  useEffect(() => {
    const hear = (): void => set(read());
    window.addEventListener('hashchange', hear);
    return () => window.removeEventListener('hashchange', hear);
  }, []);
  return place;
}

function read(): readonly string[] {
  const parts = (window.location.hash.split('?')[0] ?? '').replace(/^#\/?/, '').split('/');
  return parts.filter((part) => part !== '').map(decoded);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function link(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function go(...parts: readonly string[]): void {
  window.location.hash = link(...parts);
}

/** What is asked for in the address, behind `?`, by these names; '' for what is not. */
function queryOf<Name extends string>(names: readonly Name[]): Record<Name, string> {
  const given = new URLSearchParams(window.location.hash.split('?').slice(1).join('?'));
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])) as Record<Name, string>;
}

/** A filter that stands in the address: a page that is loaded anew, or sent to somebody, shows the same. @param names must stay the same list */
export function useFilter<Name extends string>(
  names: readonly Name[],
): readonly [Record<Name, string>, (more: Partial<Record<Name, string>>) => void] {
  const [filter, set] = useState(() => queryOf(names));
  useEffect(() => {
    const hear = (): void => set(queryOf(names));
    window.addEventListener('hashchange', hear);
    return () => window.removeEventListener('hashchange', hear);
  }, [names]);
  const change = (more: Partial<Record<Name, string>>): void => {
    const now = { ...filter, ...more };
    set(now);
    const given = names.filter((name) => now[name] !== '').map((name) => [name, now[name]]);
    const [place] = window.location.hash.split('?');
    const text = new URLSearchParams(given).toString();
    // The way back leads to the page before, not through all that was typed.
    window.history.replaceState(null, '', text === '' ? place : `${place}?${text}`);
  };
  return [filter, change];
}
