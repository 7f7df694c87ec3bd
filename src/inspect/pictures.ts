import { planOf } from '../match/plan.ts';
import { isRecord } from '../model/record.ts';
import { changesSince } from '../redis/definition-changes.ts';
import { keptRevisions } from '../redis/kept-revisions.ts';
import { shownJson } from '../redis/stored.ts';
import { deadlinesOf } from '../redis/windows.ts';
import { type LaneQuery, type Lanes, lanesOf, mergedLanes } from './lanes.ts';
import { queryIn } from './ledgers.ts';
import type { Part, PartAnswer } from './parts.ts';
import { idIn, partOfId } from './parts.ts';
import {
  type EventQuery,
  type FoundEvents,
  mergedEvents,
  type PastEvent,
  pastEvent,
  pastEvents,
} from './past-events.ts';
import { Views } from './views.ts';

/** How many of a list are given where nobody says. */
const DEFAULT_LIMIT = 100;

/** Revisions that are given: as many as a person compares. */
const REVISIONS = 10;

/** A document of an automation as it stood, or stands. */
export type KeptRevision = Readonly<{ revision: number; document: Readonly<Record<string, unknown>> }>;

/** An engine that only looks, at what is drawn: events of the log, and keys on an axis of time. */
export class Pictures extends Views {
  /** Events of the log as far as it is kept, the newest first, page by page. */
  async events({ limit = DEFAULT_LIMIT, ...query }: Partial<EventQuery> = {}): Promise<FoundEvents> {
    const [redis, parts] = [await this.look(), await this.parts()];
    const ask = async ({ name, store }: Part): Promise<PartAnswer<FoundEvents>> => ({
      part: name,
      found: await pastEvents(redis, store, { ...query, ...queryIn(name, { limit, ...query }) }),
    });
    return mergedEvents(await Promise.all(parts.map(ask)), limit);
  }

  /** One entry of the log, by its id; null for none. */
  async event(entry: string): Promise<PastEvent | null> {
    const { part, id } = partOfId(entry);
    const found = await pastEvent(await this.look(), (await this.part(part)).store, id);
    return found && { ...found, entry: idIn(part, found.entry) };
  }

  /** The keys of an automation, by its id, on an axis of time; null where there is none. */
  async lanes(id: string, query: LaneQuery): Promise<Lanes | null> {
    return mergedLanes(await this.each((redis, store) => lanesOf(redis, store, id, query)), query.limit);
  }

  /** How many keys of each automation hold state (a window, an alert, or how long they are quiet), by its id; those of which none does are not in it. */
  async windowCounts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    const each = await this.each(async (redis, store) => {
      const { changed } = await changesSince(redis, store, '0');
      const nodes = [...changed].flatMap(([, one]) =>
        one === null ? [] : planOf(one.automation, one.plan.revision, one.plan).nodes,
      );
      const found = await deadlinesOf(
        redis,
        store,
        nodes.map(({ name }) => name),
        1,
      );
      return nodes.map(({ automationId }, i) => ({ automationId, total: found[i]?.total ?? 0 }));
    });
    for (const { automationId, total } of each.flatMap(({ found }) => found))
      if (total > 0) counts.set(automationId, (counts.get(automationId) ?? 0) + total);
    return counts;
  }

  /** The newest documents of an automation that are kept, the one of now first. */
  async revisions(id: string): Promise<KeptRevision[]> {
    const found = await keptRevisions(await this.look(), this.store, id, REVISIONS);
    return found.flatMap(({ revision, document }) => {
      const read = shownJson(document);
      return isRecord(read) ? [{ revision, document: read }] : [];
    });
  }
}
