import { createHash } from 'node:crypto';

/**
 * What no client of a private Redis may do: change its settings or its users, load code, copy its data elsewhere or end it. The engine
 * needs none of it; somebody who got the password could otherwise open the server to the network or write files anywhere.
 */
const FORBIDDEN = [
  '-config +config|get',
  '-acl +acl|whoami',
  '-module -debug -replicaof -slaveof -psync -sync -failover -migrate -cluster -monitor',
  '-shutdown -save -bgsave -bgrewriteaof',
];

/** The one user of a private Redis, as a line of redis.conf. The line holds a digest of its password. */
export function userLine(password: string): string {
  const digest = createHash('sha256').update(password).digest('hex');
  return `user default on #${digest} ~* &* +@all ${FORBIDDEN.join(' ')}\n`;
}
