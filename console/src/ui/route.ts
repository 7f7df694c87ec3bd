import { useEffect, useState } from 'preact/hooks';

/** Where the page is: `#/firings/abc` is ['firings', 'abc']. */
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
  const parts = window.location.hash.replace(/^#\/?/, '').split('/');
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
