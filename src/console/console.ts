import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Watchfire } from '../engine.ts';
import { Access, type AccessRules } from './access.ts';
import { ALERTS } from './alerts.ts';
import { answer, refuse, sendJson } from './answering.ts';
import { AUTOMATIONS } from './automations.ts';
import type { ConsoleTools, Desk } from './desk.ts';
import { Drafts } from './drafts.ts';
import { EVENTS } from './events.ts';
import { FAILURES } from './failures.ts';
import { Files } from './files.ts';
import { FIRINGS } from './firings.ts';
import { KeptAnswers } from './kept.ts';
import { LiveNews } from './live.ts';
import { openApi } from './openapi.ts';
import { OVERVIEW } from './overview.ts';
import { QUEUES } from './queues.ts';
import { QUIET } from './quiet.ts';
import { ConsoleRefusal } from './refusal.ts';
import { Replays } from './replays.ts';
import type { Route } from './route.ts';
import { answerSession } from './session.ts';
import { WORKBENCH } from './workbench.ts';

/** All that the API answers, in the order of the pages. */
export const ROUTES: readonly Route[] = [
  ...OVERVIEW,
  ...QUIET,
  ...AUTOMATIONS,
  ...FIRINGS,
  ...EVENTS,
  ...ALERTS,
  ...FAILURES,
  ...WORKBENCH,
  ...QUEUES,
];

export type ConsoleParts = Readonly<{
  watchfire: Watchfire;
  tools: ConsoleTools;
  rules: AccessRules;
  logger: Logger;
  /** Folder of the built page; null: the API alone answers */
  page: string | null;
  /** A Redis to replay on; a private one is started when it is needed */
  scratch?: string;
}>;

/** The console of an engine: a page, and the API that it uses. A server gives it its requests. */
export class Console {
  readonly #desk: Desk;
  readonly #access: Access;
  readonly #files: Files;
  readonly #news: LiveNews;
  readonly #logger: Logger;
  #description: unknown = null;

  constructor({ watchfire, tools, rules, logger, page, scratch }: ConsoleParts) {
    const drafts = new Drafts(tools.draftThread);
    this.#desk = { watchfire, tools, kept: new KeptAnswers(), replays: new Replays(scratch), drafts };
    this.#access = new Access(rules);
    this.#files = new Files(page);
    this.#news = new LiveNews(watchfire);
    this.#logger = logger;
  }

  /** Whether a request asks for metrics and has no right to them. */
  hidesMetrics(request: IncomingMessage): boolean {
    return this.#access.hidesMetrics(request);
  }

  /** Answers a request that is its own. @returns false for one that is not */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    try {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      if (path.startsWith('/api/')) await this.#answer(path, request, response);
      else return await this.#page(request, response);
    } catch (error) {
      refuse(response, error, this.#logger);
    }
    return true;
  }

  async close(): Promise<void> {
    this.#news.close();
    await Promise.all([this.#desk.replays.close(), this.#desk.drafts.close()]);
  }

  async #answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [desk, access] = [this.#desk, this.#access];
    if (path === '/api/session') return await answerSession({ desk, access }, request, response);
    if (path === '/api/live') {
      access.admit(request);
      if (!access.rightsOf(request).look) throw new ConsoleRefusal(401, 'needs the token');
      return await this.#news.tell(response);
    }
    if (path === '/api/openapi.json') {
      access.admit(request);
      this.#description ??= openApi(ROUTES, desk.tools.version);
      return sendJson(response, 200, this.#description);
    }
    await answer({ desk, access, routes: ROUTES, logger: this.#logger }, request, response);
  }

  /** The page holds nothing of the engine; what it shows it asks the API for. */
  async #page(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const site = request.headers['sec-fetch-mode'];
    // A link from elsewhere may lead here; everything else of other origins may not.
    if (site !== 'navigate') this.#access.admit(request);
    else if (!this.#access.isRightName(request)) throw new ConsoleRefusal(421, 'is asked for under another name');
    return await this.#files.answer(request, response);
  }
}
