import type { ChainableCommander, Redis } from 'ioredis';

/** How often commands that belong together are sent before they fail: each time the connection broke amid the answers. */
const ATTEMPTS = 5;

/**
 * Sends commands that belong together, and again when the connection broke amid their answers. By itself the client does that only
 * for those of which it has no answer yet. `send` must be harmless to repeat.
 */
export async function insist<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Error) || error.name !== 'AbortError') throw error;
    }
  }
}

/**
 * What to raise for the error of commands on these keys: Redis does not say which of them has another type than it should.
 * @param types key -> its type
 */
export async function withKey(redis: Redis, types: Readonly<Record<string, string>>, error: unknown): Promise<unknown> {
  if (!(error instanceof Error && error.message.startsWith('WRONGTYPE Operation'))) return error;
  for (const [key, wanted] of Object.entries(types)) {
    const found = await redis.type(key);
    if (found !== wanted && found !== 'none') return new Error(`WRONGTYPE ${key} is a ${found}, not a ${wanted}`);
  }
  return error;
}

/**
 * Sends what was collected and gives the answers, in order.
 * @throws the first error. Of a transaction that Redis refused as a whole that of the command it refused, which says why.
 */
export async function execute(commands: ChainableCommander): Promise<unknown[]> {
  const answers = await commands.exec().catch((error: Error & { previousErrors?: (Error | null)[] }) => {
    throw error.previousErrors?.find((previous) => previous instanceof Error) ?? error;
  });
  return (answers ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

/**
 * Sends the commands that `ask` asks for with one write, as a pipeline does, which costs more: ioredis gives each one all methods of the
 * client anew, and BullMQ adds a hundred. On a cluster each goes to its node by itself.
 */
export function inOneWrite<T>({ stream }: Partial<Pick<Redis, 'stream'>>, ask: () => T): T {
  stream?.cork();
  try {
    return ask();
  } finally {
    stream?.uncork();
  }
}
