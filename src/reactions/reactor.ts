import type { Logger } from 'pino';
import { InvalidDocument, UnreadableState } from '../errors.ts';
import type { Automation } from '../model/automation.ts';
import { each, joinPath } from '../model/issue.ts';
import { announcedIn } from '../redis/handlers.ts';
import { refuseUnprotected } from '../redis/protection.ts';
import { answers } from '../redis/server.ts';
import { announce } from '../redis/steps/announce.ts';
import type { Actions } from './actions.ts';
import { type ActionHandler, type ActionSchema, checkAnnounced, checkOf, type Handler, handlerOf } from './handler.ts';
import { startLinks } from './link-server.ts';
import { Observable } from './observable.ts';

/** How actions are carried out in this program. All of it may be left out. */
export type ActionsOptions = Readonly<{
  /** The targets file; none: WATCHFIRE_TARGETS, or no targets */
  targets?: string;
  /** Networks beside the public ones that URLs of documents may lead to, as 10.1.0.0/16 */
  allowNet?: readonly string[];
  /** Deliveries under way at a time; 20 */
  concurrency?: number;
  /** Whether it may run on a Redis of another machine that lets everybody in: everybody could add jobs there, and so speak to the targets */
  allowUnprotected?: boolean;
  /** Where links of messages are answered, as 127.0.0.1:9467 (docs/reactions.md); nowhere */
  links?: string;
}>;

/** The part of an engine that carries out actions. */
export abstract class Reactor extends Observable {
  readonly #handlers = new Map<string, Handler>();
  readonly #running = new Set<Readonly<{ stop: () => Promise<void> }>>();

  /** BullMQ's `prefix` of this engine's queues: a Worker that is to take its jobs needs it beside the queue's name. */
  get queuePrefix(): string {
    return this.store.prefixes.bull;
  }

  /**
   * Carries out the actions of a type of your own, in this program, once `startActions` runs. The type is announced to all: documents
   * are checked against its schema when they are put, and firings from then on go to the queue `deliveries`.
   * @throws InvalidDocument for a type that Watchfire has itself, and for a schema that is none
   */
  async handle(type: string, schema: ActionSchema, carryOut: ActionHandler): Promise<void> {
    const handler = handlerOf(type, schema, carryOut);
    this.#handlers.set(type, handler);
    if (this.#running.size > 0) await announce(this.connections.redis, this.store, type, handler.schema);
  }

  /**
   * Carries out actions in this program: webhooks, messages to targets, events, and what `handle` was given. Resolves when it takes part.
   * @param lines where actions of type `log` write; the logger of the engine
   * @throws InvalidDocument for a targets file, or a network, that is wrong
   */
  async startActions(options: ActionsOptions = {}, lines: Logger = this.logger): Promise<Actions> {
    // Loaded here only: BullMQ is the largest of what we load.
    const [{ actionsOf }, { Actions }] = await Promise.all([import('./parts.ts'), import('./actions.ts')]);
    const { redis } = this.connections;
    const { store, clock, logger, measures } = this;
    measures.parts.begin('actions');
    const parts = actionsOf(options, {
      redis,
      store,
      clock,
      logger,
      lines,
      measures,
      handlers: this.#handlers,
      admit: (characters) => this.admit(characters),
    });
    await answers(redis);
    if (options.allowUnprotected !== true) await refuseUnprotected(redis, store.keys.events);
    await this.format.toWrite();
    if (options.links !== undefined) {
      const { targets } = parts;
      const { namespace } = store;
      this.#running.add(
        await startLinks(options.links, {
          desk: this.linkDesk(),
          targets,
          namespace,
          logger,
          nowMs: () => clock.nowMs(),
        }),
      );
    }
    const actions = new Actions({ ...parts, connection: this.connections.forJobs('deliveries') });
    this.#running.add(actions);
    await actions.ready();
    measures.parts.ready('actions');
    return actions;
  }

  /** Checks actions of announced types (rules 5.1). Throws InvalidDocument. */
  protected async checkAnnounced(automation: Automation): Promise<void> {
    const announced = await announcedIn(this.connections.redis, this.store, [automation]);
    if (announced.size === 0) return;
    const { actions, actionsOnTrigger: actions_on_trigger, actionsOnResolve: actions_on_resolve } = automation;
    const lists = Object.entries({ actions, actions_on_trigger, actions_on_resolve });
    const placed = lists.flatMap(([list, of]) => of.map((action, i) => ({ action, path: joinPath(list, i) })));
    each(placed, ({ action, path }) => {
      const schema = announced.get(action.type)?.schema;
      if (schema) checkAnnounced(this.#checkOf(action.type, schema), action, path);
    });
  }

  #checkOf(type: string, schema: Readonly<Record<string, unknown>>): ReturnType<typeof checkOf> {
    try {
      return checkOf(schema);
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      throw new UnreadableState(this.store.keys.handlers, type, error.message, 'announce it again, or HDEL it');
    }
  }

  /** Ends what carries out actions here: this process is about to end. */
  protected async stopActions(): Promise<void> {
    this.measures.parts.drain();
    await Promise.all([...this.#running].map((actions) => actions.stop()));
  }
}
