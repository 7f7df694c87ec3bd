import { together } from '../findings/automation-findings.ts';
import { quoted } from '../findings/finding.ts';
import type { Status } from '../inspect/status.ts';
import { troublesOf } from '../model/known-source.ts';
import { wrongTypeInWords } from '../redis/wrong-types.ts';
import { deliveriesLost, judgeQueues } from '../relay/queue-states.ts';
import { bad, type Check, ok, orNull, type Rule, several, untold, warning } from './check.ts';
import type { Facts } from './examine.ts';

/** How long the oldest entry may wait before a person should look: in a healthy log it waits for milliseconds. */
const WAITING_WARNING_MS = 10_000;
const WAITING_BAD_MS = 60_000;

/** A quota that is used to this part is reported. */
const NEAR_QUOTA = 0.9;

/** Findings of automations that are shown; more of them are counted. */
const FINDINGS_SHOWN = 20;

/** Silent without state that this version can read: what another one wrote under the same keys says nothing. */
function readable(rule: Rule): Rule {
  return (facts) => (orNull(facts.format) === null ? rule(facts) : null);
}

/** A rule about the state of the engine. */
function engine(what: string, judge: (status: Status, facts: Facts) => Omit<Check, 'name'>): Rule {
  return readable((facts) =>
    'value' in facts.status ? judge(facts.status.value, facts) : untold(what, facts.status.refused),
  );
}

export const format: Rule = ({ format }) => {
  if ('refused' in format) return untold('which version wrote the state', format.refused);
  if (format.value === null) return ok('written by this version, or nothing is there yet');
  return bad(format.value.finding, format.value.advice);
};

export const workers: Rule = engine('whether workers live', ({ workers, waitingMs }) => {
  if (workers.length > 0) return ok(several(workers.length, 'worker'));
  const advice = 'start one by "watchfire worker"';
  return waitingMs > 0 ? bad('no worker lives, and events wait', advice) : warning('no worker lives', advice);
});

export const log: Rule = engine('the lag of the log', ({ behind, waitingMs, workers }) => {
  if (waitingMs === 0) return ok('all is applied');
  const found = `${behind === null ? 'some' : behind.toLocaleString('en-US')} behind, the oldest for ${seconds(waitingMs)}`;
  if (workers.length === 0) return bad(found, 'start a worker');
  const advice = 'see the logs of the workers, and start more of them';
  if (waitingMs > WAITING_BAD_MS) return bad(found, advice);
  return waitingMs > WAITING_WARNING_MS ? warning(found, advice) : ok(found);
});

export const ids: Rule = engine('whether ids of entries are times', ({ unusable, clockBehindMs, counters }) => {
  if (unusable !== null) {
    return bad(
      `${unusable} is no time of arrival: nothing behind it is applied before workers have replaced it`,
      'see that a worker lives; find out which producer sends ids of its own: all should send XADD with *',
    );
  }
  if (clockBehindMs > 0) {
    return bad(
      `Redis has a clock that was set back: it lies ${seconds(clockBehindMs)} behind what was applied`,
      'see that its machine has the right time; entries are applied by it, under ids of the time before, until it has caught up',
    );
  }
  const { straightened = 0 } = counters;
  return ok(straightened === 0 ? 'all are' : `all are; ${several(straightened, 'id')} had to be replaced`);
});

/** How long damage stands in reports. */
const ACKNOWLEDGE = 'this line stays for a day, or until "watchfire doctor --acknowledge"';

export const lost: Rule = engine('whether entries are lost', ({ damage }, { logs }) => {
  const found = damage.find(({ key, lost }) => logs.includes(key) && lost);
  if (found === undefined) return ok('nobody removed entries before they were applied');
  return bad(
    found.sentence,
    `find out who trims or deletes the log: its retention is the business of the workers alone; ${ACKNOWLEDGE}`,
  );
});

export const damaged: Rule = readable(({ status, wrong, logs }) => {
  const types = orNull(wrong) ?? [];
  if (types.length > 0) {
    return types
      .slice(0, FINDINGS_SHOWN)
      .map((one) => bad(`${one.key} ${wrongTypeInWords(one)}`, 'find out who writes there; workers wait until then'));
  }
  if ('refused' in status) {
    return status.refused.startsWith('DAMAGED')
      ? bad(status.refused, 'see that a worker lives: it mends within seconds what is known elsewhere')
      : untold('what others did to keys', status.refused);
  }
  const told = status.value.damage.filter(({ key, lost }) => !(lost && logs.includes(key)));
  if (told.length === 0) return ok('nobody else changed them');
  return told.slice(0, FINDINGS_SHOWN).map(({ key, lost, sentence }) => {
    const found = `${key}: ${sentence}`;
    return lost
      ? bad(found, `find out who writes there; ${ACKNOWLEDGE}`)
      : warning(found, `nothing is lost; find out who writes there; ${ACKNOWLEDGE}`);
  });
});

export const retention: Rule = engine('what keeps the log', ({ keptBy, now }) => {
  if (keptBy === null) return ok('no group keeps old entries');
  const age = seconds(now - Number.parseInt(keptBy.from, 10));
  return warning(
    `the group ${keptBy.group} keeps the log from being trimmed, it needs entries of ${age} ago`,
    'let it go on, or remove it by XGROUP DESTROY when nobody uses it',
  );
});

export const deadLetters: Rule = engine('dead letters', ({ dead }) => {
  if (dead === 0) return ok('none');
  return warning(several(dead, 'dead letter'), 'see "watchfire dlq ls", then redrive or purge them');
});

export const sources: Rule = readable((facts) => {
  if ('refused' in facts.status) return untold('the sources', facts.status.refused);
  const { sources: known, now } = facts.status.value;
  if (known.length === 0) return null;
  const troubles = troublesOf(known, now, seconds).slice(0, FINDINGS_SHOWN);
  if (troubles.length === 0) return ok(several(known.length, 'source'));
  return troubles.map(({ found, advice }) => warning(found, advice));
});

export const quotas: Rule = readable(({ quota }) => {
  if ('refused' in quota) return untold('the quotas of open windows', quota.refused);
  const { limits, windows, automations, full, refused } = quota.value;
  const [most] = automations;
  const advice = 'see "watchfire quotas": raise the quota, or let fewer keys be watched';
  const found = `${several(windows, 'window')} of ${limits.windows.toLocaleString('en-US')} at most`;
  if (full.length > 0) return warning(`${found}: the quota is used up, further keys are not watched`, advice);
  if (windows >= NEAR_QUOTA * limits.windows) return warning(`${found}: soon further keys are not watched`, advice);
  if (most && most.windows >= NEAR_QUOTA * limits.windowsPerAutomation) {
    return warning(
      `${most.id} has ${several(most.windows, 'window')} of ${limits.windowsPerAutomation.toLocaleString('en-US')} at most`,
      advice,
    );
  }
  return ok(refused === 0 ? found : `${found}; ${several(refused, 'time')} a key was not watched for want of room`);
});

const OF_JOBS =
  'run a BullMQ worker for each queue, with the prefix that the README shows; see "failedReason" of failed jobs, then retry or remove them with BullMQ';

export const queues: Rule = readable(({ queues }) => {
  if ('refused' in queues) return untold('what becomes of jobs', queues.refused);
  const { problems, warnings } = judgeQueues(queues.value);
  const lost = deliveriesLost(queues.value) > 0;
  const advice = [
    ...(problems.length > (lost ? 1 : 0) ? [OF_JOBS] : []),
    ...(lost ? ['mend what failed deliveries say, then "watchfire deliveries retry" or "drop" them'] : []),
  ].join('; ');
  if (problems.length > 0) return bad([...problems, ...warnings].join('; '), advice);
  if (warnings.length > 0) return warning(warnings.join('; '), 'see that they are empty before their worker goes');
  return ok(`${several(queues.value.queues.length, 'queue')}, no jobs without a worker and none failed for good`);
});

export const automations: Rule = readable(({ automations: reviewed }) => {
  if ('refused' in reviewed) return untold('what the automations ask for', reviewed.refused);
  const found = together(
    reviewed.value.flatMap(({ findings, ...named }) => findings.map((finding) => ({ ...named, ...finding }))),
  );
  if (found.length === 0) return ok(`nothing odd in ${several(reviewed.value.length, 'enabled automation')}`);
  const shown = found
    .toSorted((a, b) => Number(a.finding.grade === 'hint') - Number(b.finding.grade === 'hint'))
    .slice(0, FINDINGS_SHOWN)
    .map(({ finding: { id, name, grade, place, reason, advice }, need }) => {
      const many = need > 1 ? ` (${need} automations need it)` : '';
      return warning(
        `${quoted(name)} (${id}), ${place}: ${grade === 'hint' ? 'perhaps: ' : ''}${reason}`,
        `${advice}${many}`,
      );
    });
  const more = found.length - shown.length;
  return more === 0 ? shown : [...shown, warning(`${several(more, 'finding')} more`, 'begin with those above')];
});

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
