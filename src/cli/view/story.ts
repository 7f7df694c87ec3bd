import type { StoryDocument } from '../../documents/got.ts';
import type { ChildFiring, Firing } from '../../model/firing.ts';
import { isCounting, lateOf, storyOf } from '../../model/story.ts';
import { durationInWords } from './words.ts';

/** What `-o json` says of how a firing came about, as far as it was recorded. */
export function makingJson(firing: Firing | ChildFiring): Record<string, unknown> {
  const [story, late] = [storyOf(firing), lateOf(firing)];
  return {
    ...(firing.worker !== undefined && { worker: firing.worker }),
    ...(late !== undefined && { late_ms: late }),
    ...(story !== undefined && { story }),
  };
}

/** `5 of 5 events`, `sum 105.5 of 100`. */
export function countInWords({ kind, of, count, threshold }: StoryDocument): string | null {
  if (count === undefined) return null;
  if (of === 'sum') return `sum ${count ?? 'beyond all numbers'} of ${threshold}`;
  const composite = kind === 'compound' || kind === 'sequence';
  const what = of === 'distinct' ? 'different values' : composite ? 'child firings' : 'events';
  return `${count} of ${threshold} ${what}`;
}

/** Where it lay: `from … until …`; of an alert when it began. */
export function windowOfStory({ kind, start, end }: StoryDocument): string {
  if (kind === 'alert' || kind === 'reminder') return `that of an alert since ${start ?? 'a time without a date'}`;
  if (kind === 'count') return start === undefined ? 'none, it counts without one' : `none, it counts since ${start}`;
  const lies = `from ${start ?? 'before all dates'} until ${end ?? 'behind all dates'}`;
  return kind === 'sliding' ? `sliding, ${lies}` : lies;
}

/** `, 1.2s after its deadline`; nothing where that is not known. */
export function lateInWords(firing: Firing | ChildFiring): string {
  const late = lateOf(firing);
  if (late === undefined || firing.story === undefined) return '';
  return `, ${durationInWords(late)} after ${isCounting(firing.story) ? 'its event came' : 'its deadline'}`;
}
