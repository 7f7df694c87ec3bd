import type { EventTrigger } from '../../src/model/trigger.ts';
import type { Firing } from './firing.ts';
import type { CompositeNode, Listed, Window } from './state.ts';

/** Rules 10: what a firing was made of. Times in ms; what says nothing is left out. */
export type Story = {
  readonly kind: string;
  readonly start?: number;
  readonly end?: number;
  readonly due?: number;
  readonly since?: number;
  readonly opener?: string;
  readonly of?: 'distinct' | 'sum';
  readonly count?: number;
  readonly threshold?: number;
};

/** The story of a firing and those below it. */
export type WholeStory = { readonly path: string; readonly story: Story; readonly children: readonly WholeStory[] };

export function wholeStory({ path, story, children }: Firing): WholeStory {
  return { path, story, children: children.map(wholeStory) };
}

function counts({ distinct, sum, threshold }: EventTrigger, count: number): Pick<Story, 'of' | 'count' | 'threshold'> {
  if (distinct !== undefined) return { of: 'distinct', count, threshold };
  return { ...(sum !== undefined && { of: 'sum' as const }), count, threshold };
}

/** A Reactive window that has enough. */
export function storyOfWindow(trigger: EventTrigger, { start, end, count }: Window): Story {
  const counted = counts(trigger, count);
  if (trigger.withinMs > 0) return { kind: 'tumbling', start, end, ...counted };
  return { kind: 'count', ...(trigger.after.length > 0 && { start }), ...counted };
}

export function storyOfList(trigger: EventTrigger, list: readonly Listed[]): Story {
  const times = list.map(({ t }) => t);
  const end = Math.max(...times);
  const span = { start: end - trigger.withinMs, end, since: Math.min(...times) };
  return { kind: 'sliding', ...span, ...counts(trigger, list.length) };
}

export function storyOfAbsence(trigger: EventTrigger, { start, end, due, opener, count }: Window): Story {
  const kind = trigger.after.length > 0 ? 'absence' : 'silence';
  return {
    kind,
    start,
    end,
    ...(due !== end && { due }),
    ...(opener !== null && { opener }),
    ...counts(trigger, count),
  };
}

/** `end`: when the alert ends by time. */
export const storyOfAlert = (start: number, end: number | null = null): Story => ({
  kind: 'alert',
  start,
  ...(end !== null && { end }),
});

export function storyOfChildren({ trigger, children }: CompositeNode, fired: readonly Firing[]): Story {
  const times = fired.map(({ time }) => time);
  const threshold = trigger.type === 'sequence' ? children.length : trigger.needed;
  return { kind: trigger.type, start: Math.min(...times), end: Math.max(...times), count: fired.length, threshold };
}
