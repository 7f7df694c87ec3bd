import type { Command, Redis } from 'ioredis';

/**
 * Takes the arguments of commands out of the errors of a client: ioredis puts them there, and a program that logs the error would
 * log passwords and what users sent.
 * @returns the same client
 */
export function redact(client: Redis): Redis {
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command: Command, ...rest) => {
    const { reject } = command;
    command.reject = (error) => {
      reject(withoutArguments(error));
    };
    return send(command, ...rest);
  };
  return client;
}

/** Keeps the name of the command alone, in the error itself. */
export function withoutArguments<T>(error: T): T {
  if (!(error instanceof Error) || !('command' in error)) return error;
  const { command } = error as { command: unknown };
  const name = typeof command === 'object' && command !== null && 'name' in command ? command.name : undefined;
  error.command = { name };
  return error;
}
