import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { ROLES, type Role, rulesOf } from '../../src/redis/acl.ts';

/** Which user engines of the test run work as: the one of WATCHFIRE_TEST_USER, by default the server's own with all rights. */
export function testedRole(): Role | null {
  const asked = process.env.WATCHFIRE_TEST_USER;
  if (!asked) return null;
  const role = ROLES.find((known) => known === asked);
  if (!role) throw new Error(`WATCHFIRE_TEST_USER: must be one of ${ROLES.join(', ')} (found "${asked}")`);
  return role;
}

/** A user of one role on a server, and how it goes again. `namespace` may be a pattern. */
export type RestrictedUser = { url: string; name: string; remove: () => Promise<void> };

export async function restrictedUser(adminUrl: string, role: Role, namespace: string): Promise<RestrictedUser> {
  const name = `${role}-${randomBytes(4).toString('hex')}`;
  const password = randomBytes(16).toString('hex');
  await asAdmin(adminUrl, (admin) => admin.acl('SETUSER', name, ...rulesOf(role, namespace), 'on', `>${password}`));
  const url = new URL(adminUrl);
  url.username = name;
  url.password = password;
  return { url: url.href, name, remove: () => asAdmin(adminUrl, (admin) => admin.acl('DELUSER', name)) };
}

async function asAdmin(url: string, use: (admin: Redis) => Promise<unknown>): Promise<void> {
  const admin = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    await use(admin);
  } finally {
    admin.disconnect();
  }
}
