import { recordedIn } from '../inspect/merged.ts';
import { partOfId } from '../inspect/parts.ts';
import { Pictures } from '../inspect/pictures.ts';
import { Views } from '../inspect/views.ts';
import type { Why } from './why.ts';

/** An engine that only looks, and says why things happened. */
export class Explained extends Pictures {
  /**
   * Why something fired: back from a job or a firing to its window, its events and their entries in the log, as far as these are kept.
   * @param name a firing's id or the first characters of it, the id of one of its jobs, or its entry in the ledger
   * @returns null when there is none of that name
   */
  async why(name: string): Promise<Why | null> {
    const recorded = await this.firing(name);
    if (recorded === null) return null;
    const redis = await this.look();
    // Loaded here only: it brings BullMQ with it.
    const { whyOf } = await import('./why.ts');
    const { part, id: entry } = partOfId(recorded.entry);
    if (part === '') return await whyOf({ redis, store: this.store, views: this }, recorded, name);
    const { connections, clock, logger } = this;
    const { store } = await this.part(part);
    const views = new Views({ connections, store, clock, logger });
    const found = await whyOf({ redis, store, views }, { ...recorded, entry }, name);
    return { ...found, recorded, alert: found.alert && recordedIn(part, found.alert) };
  }
}
