import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { CONSOLE_TOOLS } from '../../src/cli/console-tools.ts';
import { Console } from '../../src/console/console.ts';
import type { Watchfire } from '../../src/index.ts';

export const TOKEN = 'a-token-of-the-console';

export type Door = {
  get: (path: string) => Promise<Answer>;
  post: (path: string, body: unknown, token?: string, signal?: AbortSignal) => Promise<Answer>;
};
export type Answer = { status: number; body: unknown };

/** `draftThread`: the program of what reads texts. */
export type DoorOptions = Readonly<{ allowChanges?: boolean; draftThread?: URL }>;

/** A console of an engine, and what speaks to it. */
export async function door(
  watchfire: Watchfire,
  { allowChanges = true, draftThread = CONSOLE_TOOLS.draftThread }: DoorOptions = {},
): Promise<Door> {
  const tools = { ...CONSOLE_TOOLS, draftThread };
  const rules = { loopback: true, token: TOKEN, allowChanges };
  const own = new Console({ watchfire, tools, rules, logger: pino({ level: 'silent' }), page: null });
  const server: Server = createServer((request, response) => void own.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await own.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answerOf = async (response: Response): Promise<Answer> => ({
    status: response.status,
    body: await response.json(),
  });
  return {
    get: async (path) => await answerOf(await fetch(base + path)),
    post: async (path, body, token, signal) =>
      await answerOf(
        await fetch(base + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
          body: JSON.stringify(body),
          ...(signal && { signal }),
        }),
      ),
  };
}
