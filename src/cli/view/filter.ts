import { compileGlob } from '../../match/glob.ts';
import { resourceId } from '../../model/event.ts';
import type { Firing } from '../../model/firing.ts';
import type { LiveItem } from './live.ts';

/** Firings remembered, so that their jobs, which name neither event nor resource, are known when they come. */
const REMEMBERED = 10_000;

/** What is wanted; null leaves nothing out. `automation`: an id; `event` and `resource`: patterns as in an automation. */
export type LiveFilter = Readonly<{ automation: string | null; event: string | null; resource: string | null }>;

/** The items that are wanted, of some that came together. */
export type Filter = (items: readonly LiveItem[]) => LiveItem[];

/**
 * Leaves out what was not asked for. An event is wanted by an automation that waits for its name, whatever became of it. A firing is wanted by its automation and by its event, a job by its firing; an entry that
 * could not be read has neither name nor resource. What came too fast to be shown is always said.
 * @returns null when all is wanted
 */
export function filterOf({ automation, event, resource }: LiveFilter): Filter | null {
  if (automation === null && event === null && resource === null) return null;
  const isEvent = matcherOf(event);
  const isResource = matcherOf(resource);
  const firings = new Set<string>();
  const isFiring = ({ id, automation: own, event: cause }: Firing): boolean => {
    const fits = automation === null || own === automation;
    if (!fits || !isEvent(cause?.event) || !isResource(cause ? resourceId(cause.resource) : undefined)) return false;
    firings.add(id);
    const [oldest] = firings;
    if (firings.size > REMEMBERED && oldest !== undefined) firings.delete(oldest);
    return true;
  };
  const one = (item: LiveItem): LiveItem[] => {
    if (item.kind === 'more' || item.kind === 'dropped') return [item];
    if (item.kind === 'firing') return isFiring(item.recorded.firing) ? [item] : [];
    if (item.kind === 'job') {
      if (event !== null || resource !== null) return firings.has(item.firing) ? [item] : [];
      return item.automation === automation ? [item] : [];
    }
    if (!isEvent(item.event) || !isResource(item.resource)) return [];
    if (automation === null) return [item];
    const own = (one: { automation: string }): boolean => one.automation === automation;
    const [decisions, unwanted] = [item.decisions.filter(own), (item.unwanted ?? []).filter(own)];
    if (decisions.length + unwanted.length === 0) return [];
    return [{ ...item, decisions, ...(item.unwanted === undefined ? {} : { unwanted }) }];
  };
  return (items) => items.flatMap(one);
}

/** Whether a text fits a pattern; without a pattern even a missing one does. */
function matcherOf(pattern: string | null): (text: string | undefined) => boolean {
  return pattern === null ? () => true : compileGlob(pattern);
}
