import path from 'node:path';
import { knownPassword, portIn } from '../embedded/folder.ts';

/** Where `start` keeps its data when nobody says otherwise. */
export const DEFAULT_DIR = '.watchfire';

/**
 * An address with the password that redis-cli would use too, `REDISCLI_AUTH`, or with that of the private Redis of this folder, where it
 * is on this port of this machine. An address with a user or a password of its own stays as it is.
 */
export function withPassword(url: string, env: Readonly<Record<string, string | undefined>>): string {
  if (url.startsWith('/')) return url;
  if (/^rediss?-/.test(url)) {
    if (url.includes('@') || !env.REDISCLI_AUTH) return url;
    return url.replace('://', `://:${encodeURIComponent(env.REDISCLI_AUTH)}@`);
  }
  const address = new URL(url);
  if (address.username !== '' || address.password !== '') return url;
  const known = env.REDISCLI_AUTH || privatePassword(address);
  if (!known) return url;
  address.password = encodeURIComponent(known);
  return address.href;
}

/** The address of the private Redis that was last started on this folder; null when there is none, or it is not for us to read. */
export function privateAddress(): string | null {
  const dir = path.resolve(DEFAULT_DIR);
  const port = portIn(dir);
  return port === null || knownPassword(dir, port) === null ? null : `redis://127.0.0.1:${port}`;
}

function privatePassword({ protocol, hostname, port }: URL): string | null {
  if (protocol !== 'redis:' || !['127.0.0.1', 'localhost'].includes(hostname)) return null;
  return knownPassword(path.resolve(DEFAULT_DIR), Number(port));
}
