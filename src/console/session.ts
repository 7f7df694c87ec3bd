import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Access } from './access.ts';
import { bodyOf, sendJson } from './answering.ts';
import type { Desk } from './desk.ts';
import { ConsoleRefusal } from './refusal.ts';

export const SESSION_BODY = z.object({ token: z.string().max(1_024) });

export const SESSION_ANSWER = z.object({
  namespace: z.string().describe('Empty for somebody who may not look'),
  version: z.string(),
  look: z.boolean().describe('Whether the request may look'),
  change: z.boolean().describe('Whether it may change the engine'),
  known: z.boolean().describe('Whether it brought the token, or a session'),
  allowChanges: z.boolean().describe('Whether this console allows changes at all'),
  hasToken: z.boolean().describe('Whether there is a token'),
});

/** Says what a request may do; begins a session by POST and ends it by DELETE. @throws ConsoleRefusal */
export async function answerSession(
  { desk, access }: Readonly<{ desk: Desk; access: Access }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  access.admit(request);
  const { method } = request;
  if (method === 'GET') return sendJson(response, 200, sessionOf(desk, access, request));
  if (method === 'DELETE') {
    const header = access.close(request);
    return sendJson(response, 200, sessionOf(desk, access, request), { 'set-cookie': header });
  }
  if (method !== 'POST') throw new ConsoleRefusal(405, 'GET, POST or DELETE');
  const read = SESSION_BODY.safeParse(await bodyOf(request));
  if (!read.success) throw new ConsoleRefusal(400, 'body.token: must be a text');
  const header = access.open(read.data.token);
  const { rules } = access;
  const begun = { ...sessionOf(desk, access, request), known: true, look: true, change: rules.allowChanges };
  sendJson(response, 200, { ...begun, namespace: desk.watchfire.settings.namespace }, { 'set-cookie': header });
}

function sessionOf(desk: Desk, access: Access, request: IncomingMessage): z.input<typeof SESSION_ANSWER> {
  const rights = access.rightsOf(request);
  return {
    namespace: rights.look ? desk.watchfire.settings.namespace : '',
    version: desk.tools.version,
    ...rights,
    allowChanges: access.rules.allowChanges,
    hasToken: access.rules.token !== null,
  };
}
