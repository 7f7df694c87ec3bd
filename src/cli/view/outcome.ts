import type { GateMark } from '../../model/gate-mark.ts';
import { formatTimestamp } from '../../model/timestamp.ts';

/** What the relay made of some actions of a firing: `actions 0, 1 silenced at …, by ana: deployment`. */
export function markInWords({ what, at, actions, by, why, till, released, group, follows }: GateMark): string {
  const which = `${actions.length === 1 ? 'action' : 'actions'} ${actions.join(', ')}`;
  const parts = [
    `${which} ${what} at ${formatTimestamp(at)}`,
    ...(till === undefined ? [] : [`until ${formatTimestamp(till)}`]),
    ...(group === undefined ? [] : [`in the job g-${group}`]),
    ...(by === undefined ? [] : [`by ${by}`]),
  ];
  const reason = why === undefined ? '' : `: ${why}`;
  const begun = follows === undefined ? '' : ` (firing ${follows})`;
  return `${parts.join(', ')}${reason}${begun}${released === undefined ? '' : '; that is over'}`;
}

/** The same for programs. */
export function markJson({ at, till, released, ...mark }: GateMark): Record<string, unknown> {
  return {
    ...mark,
    at: formatTimestamp(at),
    ...(till === undefined ? {} : { until: formatTimestamp(till) }),
    ...(released === undefined ? {} : { released: formatTimestamp(released) }),
  };
}
