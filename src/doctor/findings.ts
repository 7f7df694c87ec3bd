import type { Check, Rule } from './check.ts';
import { cluster, sentinels } from './cluster-rules.ts';
import {
  automations,
  damaged,
  deadLetters,
  format,
  ids,
  log,
  lost,
  queues,
  quotas,
  retention,
  sources,
  workers,
} from './engine-rules.ts';
import type { Facts } from './examine.ts';
import { durability, persistence, replicas } from './keeping-rules.ts';
import { partitions } from './partition-rules.ts';
import { clock, eviction, faults, memory, protection, rights, role, scripts, version } from './server-rules.ts';

/** In the order in which a person would look. */
const RULES: readonly (readonly [string, Rule])[] = [
  ['protection', protection],
  ['version', version],
  ['known faults', faults],
  ['role', role],
  ['cluster', cluster],
  ['sentinels', sentinels],
  ['rights', rights],
  ['scripts', scripts],
  ['clock', clock],
  ['eviction', eviction],
  ['memory', memory],
  ['persistence', persistence],
  ['durability', durability],
  ['replicas', replicas],
  ['format', format],
  ['partitions', partitions],
  ['workers', workers],
  ['log', log],
  ['ids of entries', ids],
  ['lost entries', lost],
  ['keys', damaged],
  ['retention', retention],
  ['dead letters', deadLetters],
  ['sources', sources],
  ['quotas', quotas],
  ['queues', queues],
  ['automations', automations],
];

/** The findings that follow from the facts, one check for each thing that was looked at. */
export function findingsOf(facts: Facts): Check[] {
  return RULES.flatMap(([name, rule]) => {
    const checks = rule(facts) ?? [];
    return [checks].flat().map((check) => ({ name, ...check }));
  });
}
