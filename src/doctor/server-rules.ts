import { DEFAULT_MEMORY_RATIO } from '../config.ts';
import { isWithin, versionInWords } from '../redis/info.ts';
import { bad, ok, type Rule, several, untold, warning } from './check.ts';
import { faultsOf, OLDEST_VERSION } from './server-faults.ts';

/** Above this, no time service keeps the clocks; below it, the network may explain the difference. */
const CLOCK_WARNING_MS = 1_000;

/** From this difference on, events that carry their own time fall into other windows. */
const CLOCK_BAD_MS = 60_000;

export const version: Rule = ({ version }) => {
  if (version === null) return warning('the server does not say which version it is', 'see that it is Redis or Valkey');
  const found = versionInWords(version);
  if (version.product === 'redis' && isWithin(version, null, OLDEST_VERSION)) {
    return bad(found, `use Redis ${OLDEST_VERSION} or newer, or Valkey`);
  }
  return ok(found);
};

export const faults: Rule = ({ version, settings }) => {
  if (version === null) return null;
  const known = faultsOf(version, settings.durability === 'fsync');
  if (known.length === 0) return ok('none known that matters here');
  const found = known.map(({ why, source }) => `${why} (${source})`).join('; ');
  const advice = `use a newer release than ${versionInWords(version)}`;
  return known.some(({ grade }) => grade === 'bad') ? bad(found, advice) : warning(found, advice);
};

export const role: Rule = ({ info }) => {
  const primary = info.get('master_host');
  if (info.get('role') !== 'slave') return ok('takes writes');
  return bad(
    `it is a replica of ${primary} and takes no writes`,
    `use the primary, ${primary}:${info.get('master_port')}`,
  );
};

export const protection: Rule = (facts) => {
  if (facts.protected) return ok('reached on this machine, or strangers stay outside');
  return bad(
    'it is not on this machine and lets everybody in',
    'give it a password, "watchfire acl" prints users with the least rights; workers refuse it unless told --allow-unprotected',
  );
};

export const clock: Rule = ({ clock: { aheadMs, giveMs } }) => {
  const apart = Math.abs(aheadMs);
  const found = `Redis is ${apart} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine, to within ${giveMs} ms`;
  const advice =
    'let both follow the same time (NTP): windows go by the clock of Redis, events by that of who sends them';
  if (apart - giveMs > CLOCK_BAD_MS) return bad(found, advice);
  return apart - giveMs > CLOCK_WARNING_MS ? warning(found, advice) : ok(found);
};

export const rights: Rule = ({ rights: { missing, untried } }) => {
  if (missing.length > 0) {
    const commands = missing.map((command) => command.replace('|', ' ').toUpperCase()).join(', ');
    return bad(
      `a worker could not work as this user, it may not: ${commands}`,
      'use the user worker of "watchfire acl"',
    );
  }
  if (untried !== null) {
    return warning(`it cannot be tried what this user may do: ${untried}`, 'compare its rules with "watchfire acl"');
  }
  return ok('this user may do all that a worker does');
};

export const scripts: Rule = ({ scripts }) => {
  if ('value' in scripts) return ok(`${several(scripts.value, 'script')} loaded, with their flags`);
  if (/^NOPERM/.test(scripts.refused)) return untold('whether scripts can be loaded', scripts.refused);
  return bad(`Redis takes no scripts: ${scripts.refused}`, `use Redis ${OLDEST_VERSION} or newer, or Valkey`);
};

export const eviction: Rule = ({ info }) => {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined) return untold('maxmemory-policy', 'INFO does not name it');
  if (policy === 'noeviction') return ok('maxmemory-policy is noeviction');
  const advice = 'set maxmemory-policy to noeviction';
  if (info.get('maxmemory') === '0')
    return warning(`maxmemory-policy is ${policy}, without effect until maxmemory is set`, advice);
  return bad(`when memory is short Redis throws state away: maxmemory-policy is ${policy}`, advice);
};

export const memory: Rule = ({ info, status }) => {
  if (info.get('maxmemory') === '0') {
    return warning(
      `${info.get('used_memory_human')} used, no limit: the system ends Redis when it has none left`,
      'set maxmemory below the memory of its machine: then producers are refused in time',
    );
  }
  const ratio =
    'value' in status ? status.value.memory.ratio : Number(info.get('used_memory')) / Number(info.get('maxmemory'));
  const found = `${Math.floor(ratio * 100)} % of maxmemory used`;
  if (ratio >= 1)
    return bad(`${found}: nothing is taken, applied or relayed`, 'raise maxmemory, or remove what is not needed');
  if (ratio < DEFAULT_MEMORY_RATIO) return ok(found);
  return warning(
    `${found}: producers with the usual bound are refused`,
    'raise maxmemory, or remove what is not needed',
  );
};
