import type { ChainableCommander } from 'ioredis';

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
