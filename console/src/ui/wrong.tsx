import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo } from 'preact/hooks';
import type { FindingsAnswer, QuietAnswer } from '../../../src/console/answers.ts';
import { type Loaded, useApi } from './api.ts';
import { counted } from './format.ts';
import { usePlace } from './route.ts';

export type Finding = FindingsAnswer['checks'][number];
export type QuietOne = QuietAnswer['quiet'][number];

/** What needs attention. It is asked for once for the navigation and the pages, so that both say the same. */
export type Wrong = Readonly<{ findings: Loaded<FindingsAnswer>; quiet: Loaded<QuietAnswer> }>;

const NOTHING = { data: null, error: null, reload: () => undefined };
const WrongContext = createContext<Wrong>({ findings: NOTHING, quiet: NOTHING });

export function useWrong(): Wrong {
  return useContext(WrongContext);
}

/** Something was changed from this page. */
export const ACTED = 'acted';

export function WrongProvider({ children }: { children: ComponentChildren }) {
  const findings = useApi<FindingsAnswer>('/api/findings', 10_000);
  const quiet = useApi<QuietAnswer>('/api/quiet', 10_000);
  const [page] = usePlace();
  useEffect(() => {
    const ask = (): void => {
      findings.reload();
      quiet.reload();
    };
    ask();
    document.addEventListener(ACTED, ask);
    return () => document.removeEventListener(ACTED, ask);
  }, [page, findings.reload, quiet.reload]);
  const wrong = useMemo(() => ({ findings, quiet }), [findings.data, findings.error, quiet.data, quiet.error]);
  return <WrongContext.Provider value={wrong}>{children}</WrongContext.Provider>;
}

/** What the doctor says of the server and not of the engine: it stays as it is for weeks. */
const OF_SERVER: ReadonlySet<string> = new Set([
  'protection',
  'version',
  'known faults',
  'eviction',
  'memory',
  'persistence',
  'durability',
]);

/** Advice about the server: it keeps no reaction back. A memory that is short does. */
export function isAdvice({ name, found }: Finding): boolean {
  return OF_SERVER.has(name) && !(name === 'memory' && OF_LIMIT.test(found));
}

/** What was found wrong, what stops reactions first: of the engine and its automations before the server, bad before warnings. */
export function wrongIn({ checks }: FindingsAnswer): Finding[] {
  const rank = (one: Finding): number => (isAdvice(one) ? 2 : 0) + (one.grade === 'bad' ? 0 : 1);
  return checks.filter(({ grade }) => grade !== 'ok').sort((a, b) => rank(a) - rank(b));
}

const OF_LIMIT = /of maxmemory used/;

/** What doctor says of an automation begins with its name and id, and of a source it says which. */
const OF_AUTOMATION = /^("(?:[^"\\]|\\.)*") \((.+?)\), /;
const OF_QUOTA = /^(\S+) has /;
const OF_SOURCE = /\bthe source (\S+) (?:is|for|cannot|were) /;

/** The automation, by name and id, or the source that a finding is about, where it says one. */
export type About = Readonly<{ what: 'automation'; name: string; id: string } | { what: 'source'; name: string }>;

export function aboutOf({ name: check, found }: Finding): About | null {
  if (check === 'automations') {
    const [, name, id] = OF_AUTOMATION.exec(found) ?? [];
    return name === undefined || id === undefined ? null : { what: 'automation', name: JSON.parse(name) as string, id };
  }
  if (check === 'quotas') {
    const [, id] = OF_QUOTA.exec(found) ?? [];
    return id === undefined ? null : { what: 'automation', name: id, id };
  }
  const [, source] = (check === 'sources' && OF_SOURCE.exec(found)) || [];
  return source === undefined ? null : { what: 'source', name: source };
}

/** What makes an automation deaf to events that it waits for, which nobody can mean. */
export function deafIn({ quiet }: QuietAnswer): QuietOne[] {
  return quiet.filter(({ why }) => why === 'condition' || why === 'over-limit');
}

/** How much stops reactions, keeps them back or has failed, as a number beside the page that shows it; advice about the server does not count. */
export function WrongPip() {
  const { findings, quiet } = useWrong();
  const wrong = findings.data === null ? [] : wrongIn(findings.data).filter((one) => !isAdvice(one));
  const deaf = quiet.data === null ? [] : deafIn(quiet.data);
  const all = wrong.length + (quiet.data?.quiet.length ?? 0);
  if (all === 0) return null;
  const isBad = deaf.length > 0 || wrong.some(({ grade }) => grade === 'bad');
  return (
    <span class={`badge pip ${isBad ? 'bad' : 'warn'}`} data-wrong={all}>
      {all}
      <span class="hidden">{counted(all, 'thing needs', 'things need')} attention</span>
    </span>
  );
}
