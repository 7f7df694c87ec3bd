import { bad, type Check, type Rule } from './check.ts';
import { deadLetters, log, lost, quotas, retention, workers } from './engine-rules.ts';
import type { Facts } from './examine.ts';
import { durability, persistence, replicas } from './keeping-rules.ts';
import {
  clock,
  cluster,
  eviction,
  faults,
  memory,
  protection,
  rights,
  role,
  scripts,
  version,
} from './server-rules.ts';

/** In the order in which a person would look. */
const RULES: readonly (readonly [string, Rule])[] = [
  ['protection', protection],
  ['version', version],
  ['known faults', faults],
  ['role', role],
  ['cluster', cluster],
  ['rights', rights],
  ['scripts', scripts],
  ['clock', clock],
  ['eviction', eviction],
  ['memory', memory],
  ['persistence', persistence],
  ['durability', durability],
  ['replicas', replicas],
  ['workers', workers],
  ['log', log],
  ['lost entries', lost],
  ['retention', retention],
  ['dead letters', deadLetters],
  ['quotas', quotas],
];

/** The findings that follow from the facts, one check for each thing that was looked at. */
export function findingsOf(facts: Facts): Check[] {
  return RULES.flatMap(([name, rule]) => {
    const check = rule(facts);
    return check === null ? [] : [{ name, ...check }];
  });
}

/** The only finding where there is no server to look at. */
export function unreachable(reason: string): Check[] {
  return [{ name: 'connection', ...bad(reason, 'see that it runs, and that address, user and password are right') }];
}
