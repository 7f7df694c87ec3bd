import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { counted } from './format.ts';

type Hold = Readonly<{
  held: boolean;
  /** For the part of the page that is to stay as it is. */
  props: Readonly<{
    onPointerEnter: () => void;
    onPointerLeave: () => void;
    onFocusIn: () => void;
    onFocusOut: (event: FocusEvent) => void;
  }>;
}>;

/** Whether the pointer or the focus is in a part of the page: nothing may move then below what somebody is about to choose. */
export function useHold(): Hold {
  const [pointed, point] = useState(false);
  const [focused, focus] = useState(false);
  return {
    held: pointed || focused,
    props: {
      onPointerEnter: () => point(true),
      onPointerLeave: () => point(false),
      onFocusIn: () => focus(true),
      onFocusOut: ({ currentTarget, relatedTarget }) =>
        focus(relatedTarget instanceof Node && (currentTarget as Node).contains(relatedTarget)),
    },
  };
}

/**
 * Above a list: how many rows have come since it stays as it is, and what shows them. It has its room always, so that it moves nothing itself.
 * @param atLeast whether there may be more than `fresh`
 */
export function News({
  stays,
  fresh,
  atLeast = false,
  noun,
  show,
  children,
}: {
  stays: boolean;
  fresh: number;
  atLeast?: boolean;
  noun: string;
  show: () => void;
  children?: ComponentChildren;
}) {
  return (
    <div class="news row">
      {children}
      <span class="row push small soft" role="status" data-news={fresh}>
        {!stays && 'The newest first, as they come'}
        {stays && fresh === 0 && 'Held still; nothing new yet'}
        {stays && fresh > 0 && `${counted(fresh, `new ${noun}`)}${atLeast ? ' or more' : ''}`}
      </span>
      {stays && (
        <button type="button" class="tiny" aria-disabled={fresh === 0} onClick={show}>
          Show
        </button>
      )}
    </div>
  );
}
