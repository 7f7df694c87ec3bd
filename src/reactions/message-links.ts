import type { TriggeredAction } from '../documents/got.ts';
import { contextOf } from '../model/template-context.ts';
import { LINK_ACTS, type LinkAct, linkToken } from './link.ts';
import type { MessageLink } from './messages.ts';
import type { LinkSettings } from './target.ts';

const TEXTS: Readonly<Record<LinkAct, string>> = { ack: 'Acknowledge', snooze: 'Snooze 1 h' };

/** The links of a message: of an alert that begins, is renewed or reminded of, and of nothing else. They are the same at every try. */
export function linksOf(
  { base, secret, validMs }: LinkSettings,
  namespace: string,
  job: TriggeredAction,
): readonly MessageLink[] {
  // A group and a summary speak of many keys.
  if (job.group || job.summary || !contextOf(job).alert.open || !hasAlert(job)) return [];
  const { automation, triggering_labels: labels, firing } = job;
  const about = {
    automation: automation.id,
    labels,
    firedMs: Date.parse(firing.triggered),
    untilMs: Date.parse(firing.decided) + validMs,
  };
  const links = LINK_ACTS.map((act) => ({ act, token: linkToken({ act, ...about }, { secret, namespace }) }));
  return links.flatMap(({ act, token }) =>
    token === null ? [] : [{ text: TEXTS[act], url: `${base}alerts/${act}?t=${token}` }],
  );
}

/** Whether its firings open an alert (rules 17.6). */
function hasAlert({ firing: { trigger } }: TriggeredAction): boolean {
  if ('triggers' in trigger) return false;
  const {
    posture,
    resolve,
    after = [],
  } = trigger as Readonly<{
    posture?: string;
    resolve?: unknown;
    after?: readonly unknown[];
  }>;
  return posture === 'Proactive' ? after.length > 0 : resolve !== undefined && resolve !== null;
}
