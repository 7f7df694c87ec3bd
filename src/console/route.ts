import { z } from 'zod';
import type { Desk } from './desk.ts';

/** Which page of the console a route is for; it groups them in the description of the API. */
export type Topic =
  | 'session'
  | 'overview'
  | 'automations'
  | 'events'
  | 'firings'
  | 'alerts'
  | 'failures'
  | 'workbench'
  | 'queues';

/** What a request asks for, checked. */
export type RouteRequest<Query, Body> = Readonly<{ path: Readonly<Record<string, string>>; query: Query; body: Body }>;

/** Something that the API answers. `changes`: it changes the engine, so it needs a token and `--allow-changes`. */
export type Route = Readonly<{
  method: 'GET' | 'POST';
  /** As `/api/automations/{id}`. */
  path: string;
  topic: Topic;
  summary: string;
  changes: boolean;
  query: z.ZodObject;
  body: z.ZodType | null;
  answer: z.ZodType;
  run: (desk: Desk, asked: RouteRequest<never, never>, signal: AbortSignal) => Promise<unknown>;
}>;

type Given<Query extends z.ZodObject, Body extends z.ZodType, Answer extends z.ZodType> = Readonly<{
  method?: 'GET' | 'POST';
  path: string;
  topic: Topic;
  summary: string;
  changes?: boolean;
  query?: Query;
  body?: Body;
  answer: Answer;
  run: (
    desk: Desk,
    asked: RouteRequest<z.output<Query>, z.output<Body>>,
    signal: AbortSignal,
  ) => Promise<z.input<Answer>>;
}>;

const NOTHING = z.object({});

/** Declares a route; what `run` gives is what `answer` describes. */
export function route<
  Answer extends z.ZodType,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
>(given: Given<Query, Body, Answer>): Route {
  const { method = 'GET', changes = false, query = NOTHING, body = null, run, ...rest } = given;
  return Object.freeze({ ...rest, method, changes, query, body, run: run as unknown as Route['run'] });
}

/** A route that takes a request, with what stands in its path; null where it is not meant. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; path: Record<string, string> } | null {
  const parts = path.split('/');
  for (const one of routes) {
    if (one.method !== method) continue;
    const found = matchPath(one.path.split('/'), parts);
    if (found !== null) return { route: one, path: found };
  }
  return null;
}

function matchPath(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const found: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const given = parts[i] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== given) return null;
      continue;
    }
    const text = decoded(given);
    if (text === null || text === '') return null;
    found[name] = text;
  }
  return found;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** A whole number in a query. */
export function wholeIn(least: number, most: number, otherwise: number): z.ZodType<number, unknown> {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(rule).int(rule).min(least, rule).max(most, rule).default(otherwise);
}

/** A text in a query, bounded as what it is compared with. */
export const textIn = z.string().max(1_024).optional();
