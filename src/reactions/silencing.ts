import { randomBytes } from 'node:crypto';
import { InvalidDocument, NotFound, reasonOf } from '../errors.ts';
import { joinPath } from '../model/issue.ts';
import { holdsAt, parseSilence, type Silence, type SilenceInput, type SilenceOrder } from '../model/silence.ts';
import { type ActQuery, lastActs, noteAct, type RecordedAct } from '../redis/acts.ts';
import { type Closing, closedBudgets } from '../redis/closings.ts';
import { allSilences } from '../redis/silences.ts';
import { addSilence } from '../redis/steps/add-silence.ts';
import { endSilence } from '../redis/steps/end-silence.ts';
import { resetBudget } from '../redis/steps/reset-budget.ts';
import { Explained } from '../why/explained.ts';

/** How many of a list are given where nobody says. */
const DEFAULT_LIMIT = 100;

/** The part of an engine that keeps actions from people for a while. */
export class Silencing extends Explained {
  /** Why it changes what it changes; for `acts`. */
  protected reason = '';

  /** What people changed of late, the newest ones, oldest first: definitions, settings, keys, silences and so on. */
  async acts({ limit = DEFAULT_LIMIT, ...query }: Partial<ActQuery> = {}): Promise<RecordedAct[]> {
    return await lastActs(await this.look(), this.store, { limit, ...query });
  }

  /** Records for `acts` what was done, as all methods that change something do by themselves. Where that fails, the logger says so. */
  async acted(what: string, subject = '', reason = this.reason): Promise<void> {
    try {
      await noteAct(this.connections.redis, this.store, { what, subject, reason });
    } catch (error) {
      this.logger.warn({ what, subject, error: reasonOf(error) }, 'what was changed could not be recorded');
    }
  }

  /**
   * Keeps the actions of firings back from now on: of one automation, by id or name, of keys with these labels, or both. The firings are
   * recorded as silenced, by whom and why. What ends an alert that was told goes out all the same.
   * @throws InvalidDocument naming what is wrong, also where as many silences are kept as there may be; NotFound, Ambiguous
   */
  async silence(document: SilenceInput): Promise<Silence> {
    return await this.addSilence(await this.#named(parseSilence(document)));
  }

  /** @throws InvalidDocument where as many silences are kept as there may be */
  protected async addSilence(order: SilenceOrder, id = `s-${randomBytes(6).toString('hex')}`): Promise<Silence> {
    await this.format.toWrite();
    const { forMs, ...said } = order;
    const added = await addSilence(this.connections.redis, this.store, { id, said: JSON.stringify(said), forMs });
    if (added.word === 'full') {
      throw new InvalidDocument('silence', 'cannot be added: there are as many as there may be, end some of them');
    }
    await this.acted(order.alert === undefined ? 'silence' : 'acknowledge', order.automation ?? '', order.reason);
    return { id, ...said, from: added.from, until: added.until };
  }

  /** Silences that hold now, those that end first in front. @param ended also those that ended within a week */
  async silences({ ended = false }: { ended?: boolean } = {}): Promise<Silence[]> {
    const redis = await this.look();
    const [silences, nowMs] = [await allSilences(redis, this.store), await this.engineTimeMs()];
    return silences.filter((silence) => ended || holdsAt(silence, nowMs)).sort((a, b) => a.until - b.until);
  }

  /** Ends a silence now. @returns false for one that had ended before @throws NotFound */
  async endSilence(id: string): Promise<boolean> {
    await this.format.toWrite();
    const word = await endSilence(this.connections.redis, this.store, id);
    if (word === 'gone') throw new NotFound(id, 'silence');
    if (word === 'ended') await this.acted('end silence', id);
    return word === 'ended';
  }

  /** Budgets that are closed now, with what they held back until now; those that open first in front. */
  async closedBudgets(): Promise<Closing[]> {
    const nowMs = await this.engineTimeMs();
    const each = await this.each((redis, store) => closedBudgets(redis, store, nowMs));
    return each.flatMap(({ found }) => found).sort((a, b) => a.till - b.till);
  }

  /**
   * Opens the budget of an automation, by id or name, before its minute is over; the summary of what it held back goes out at once.
   * @returns false when it was open @throws NotFound, Ambiguous
   */
  async resetBudget(idOrName: string): Promise<boolean> {
    const { id } = await this.get(idOrName);
    await this.format.toWrite();
    const each = await this.each((redis, store) => resetBudget(redis, store, id));
    const opened = each.some(({ found }) => found === 'opened');
    if (opened) await this.acted('reset budget', id);
    return opened;
  }

  /** The time of Redis, or that of a simulation, in ms. */
  protected async engineTimeMs(): Promise<number> {
    return this.clock.virtualNowMs() ?? (await this.serverTimeMs());
  }

  /** With the id of the automation; labels that its keys never have would silence nothing. */
  async #named(order: SilenceOrder): Promise<SilenceOrder> {
    if (order.automation === null) return order;
    const { id, trigger } = await this.get(order.automation);
    for (const [name, value] of Object.entries(order.labels)) {
      if (trigger.forEach.includes(name)) continue;
      const known = trigger.forEach.join(', ') || 'none';
      throw new InvalidDocument(joinPath('labels', name), `must be a label that ${id} counts by: ${known}`, value);
    }
    return { ...order, automation: id };
  }
}
