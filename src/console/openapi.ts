import { z } from 'zod';
import { COOKIE } from './access.ts';
import { liveShape } from './live.ts';
import type { Route } from './route.ts';
import { SESSION_ANSWER, SESSION_BODY } from './session.ts';

type Json = Record<string, unknown>;

/** What a schema is in JSON Schema. Those that have a name stay below `$defs`, until `hoisted` puts them where OpenAPI has them. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return rest;
}

/** The same paths, and the named schemas below them by themselves. */
function hoisted(paths: Json): { paths: Json; schemas: Json } {
  const schemas: Json = {};
  const text = JSON.stringify(paths, (name, value: unknown) => {
    if (name !== '$defs') return name === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : value;
    Object.assign(schemas, JSON.parse(JSON.stringify(value).replaceAll('#/$defs/', '#/components/schemas/')));
    return undefined;
  });
  return { paths: JSON.parse(text) as Json, schemas };
}

const ERROR = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, message: { type: 'string' }, path: { type: ['string', 'null'] } },
    },
  },
};

const content = (schema: Json): Json => ({ 'application/json': { schema } });
const refused = { description: 'Refused: the sentence says why', content: content(ERROR) };

function operationOf({ topic, summary, changes, path, query, body, answer }: Route): Json {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const asked = jsonSchema(query) as { properties?: Record<string, Json> };
  const inQuery = Object.entries(asked.properties ?? {}).map(([name, schema]) => ({ name, in: 'query', schema }));
  return {
    tags: [topic],
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body && { requestBody: { required: true, content: content(jsonSchema(body)) } }),
    ...(changes && { security: [{ token: [] }, { session: [] }] }),
    responses: { 200: { description: 'OK', content: content(jsonSchema(answer)) }, default: refused },
  };
}

const SESSION: Json = {
  get: {
    tags: ['session'],
    summary: 'What the request may do, and what this console allows',
    responses: { 200: { description: 'OK', content: content(jsonSchema(SESSION_ANSWER)) } },
  },
  post: {
    tags: ['session'],
    summary: 'Begins a session by the token: the answer sets a cookie',
    requestBody: { required: true, content: content(jsonSchema(SESSION_BODY)) },
    responses: { 200: { description: 'OK', content: content(jsonSchema(SESSION_ANSWER)) }, default: refused },
  },
  delete: {
    tags: ['session'],
    summary: 'Ends the session',
    responses: { 200: { description: 'OK', content: content(jsonSchema(SESSION_ANSWER)) } },
  },
};

const LIVE: Json = {
  get: {
    tags: ['events'],
    summary: 'What workers do, as server-sent events, twice a second',
    responses: { 200: { description: 'OK', content: { 'text/event-stream': { schema: jsonSchema(liveShape) } } } },
  },
};

/** The description of the API (OpenAPI 3.1), made from what checks it. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = { '/api/session': SESSION, '/api/live': LIVE };
  for (const route of routes) {
    const at = paths[route.path] ?? {};
    at[route.method.toLowerCase()] = operationOf(route);
    paths[route.path] = at;
  }
  const named = hoisted(paths);
  return {
    openapi: '3.1.0',
    info: { title: 'Watchfire console', version, description: 'Times are in ms since 1970. Lists come in pages.' },
    paths: named.paths,
    components: {
      schemas: named.schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: COOKIE },
      },
    },
  };
}
