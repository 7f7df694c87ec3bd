import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { clock } from './format.ts';

/** From time to place: `width` units from `from` to `to`. */
export type Scale = Readonly<{ from: number; to: number; width: number }>;

/** Before anything is measured. */
const WIDTH = 1_000;

/** How wide an element is, in pixels: a drawing in them is not stretched, so that its marks keep their form. */
export function useWidth(): readonly [RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, set] = useState(WIDTH);
  useLayoutEffect(() => {
    const own = place.current;
    if (own === null) return undefined;
    const measure = (): void => set(Math.max(40, own.clientWidth));
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(own);
    return () => sizes.disconnect();
  }, []);
  return [place, width];
}

/** A diamond around a point, as a path. */
export function diamondAt(left: number, top: number): string {
  return `M${left.toFixed(1)} ${top - 9}l6.5 9-6.5 9-6.5-9z`;
}

/** Whether a time is in what is drawn. */
export function isIn({ from, to }: Scale, ms: number): boolean {
  return ms >= from && ms <= to;
}

/** Where a bar lies. */
type Place = Readonly<{ left: number; right: number; y: number; height: number }>;

/** How deep a torn end is cut, and how round the others are. */
const TOOTH = 4;
const ROUND = 3;

/** A bar as a path, with teeth at the ends where it is torn off. */
export function barPath({ left, right, y, height }: Place, torn: 'none' | 'start' | 'end' | 'both'): string {
  const round = Math.min(ROUND, height / 2, (right - left) / 2);
  const deep = Math.min(TOOTH, (right - left) / 3);
  const teeth = height > 8 ? 4 : 2;
  const step = height / teeth;
  const zigzag = (by: number, down: number): string =>
    Array.from({ length: teeth }, (_, i) => `l${(i % 2 === 0 ? by : -by).toFixed(1)} ${(down * step).toFixed(1)}`).join(
      '',
    );
  const corner = (dx: number, dy: number, isFirst: boolean): string =>
    isFirst ? `q${dx} 0 ${dx} ${dy}` : `q0 ${dy} ${dx} ${dy}`;
  const isTorn = (end: 'start' | 'end'): boolean => torn === end || torn === 'both';
  const begin = left + (isTorn('start') ? 0 : round);
  const finish = right - (isTorn('end') ? 0 : round);
  const straight = height - 2 * round;
  const atEnd = isTorn('end')
    ? zigzag(-deep, 1)
    : `${corner(round, round, true)}v${straight}${corner(-round, round, false)}`;
  const atStart = isTorn('start')
    ? zigzag(deep, -1)
    : `${corner(-round, -round, true)}v${-straight}${corner(round, -round, false)}`;
  return `M${begin.toFixed(1)} ${y}H${finish.toFixed(1)}${atEnd}H${begin.toFixed(1)}${atStart}z`;
}

export function x({ from, to, width }: Scale, ms: number): number {
  const at = ((ms - from) / Math.max(1, to - from)) * width;
  return Math.max(-2, Math.min(width + 2, at));
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 500, 1_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
  7_200_000, 14_400_000, 43_200_000, 86_400_000,
];

/** Times that are written below the axis: round ones, eight at most. */
function marks({ from, to }: Scale): number[] {
  const step = STEPS.find((one) => (to - from) / one <= 8) ?? (to - from) / 4;
  const first = Math.ceil(from / step) * step;
  const found: number[] = [];
  for (let at = first; at <= to; at += step) found.push(at);
  return found;
}

export function Axis({ scale, now }: { scale: Scale; now: number | null }) {
  const fine = scale.to - scale.from < 10_000;
  return (
    <svg viewBox={`0 0 ${scale.width} 20`} preserveAspectRatio="none" class="axis" aria-hidden="true">
      {marks(scale).map((at) => (
        <line
          key={at}
          class="grid"
          x1={x(scale, at)}
          x2={x(scale, at)}
          y1="0"
          y2="5"
          vector-effect="non-scaling-stroke"
        />
      ))}
      {now !== null && (
        <line class="m-now" x1={x(scale, now)} x2={x(scale, now)} y1="0" y2="20" vector-effect="non-scaling-stroke" />
      )}
      <title>{`${clock(scale.from, fine)} to ${clock(scale.to, fine)}`}</title>
    </svg>
  );
}

const DIAMOND = 'M9 0l5 6-5 6-5-6z';

/** A mark of a drawing, and what it means. */
export function Mark({ mark, words, path = DIAMOND }: { mark: string; words: string; path?: string }) {
  return (
    <span>
      <svg viewBox="0 0 18 12" aria-hidden="true">
        <path class={mark} d={path} />
      </svg>
      {words}
    </span>
  );
}

/** The times as text, which a drawing that is stretched would stretch too. */
export function AxisWords({ scale }: { scale: Scale }) {
  const shown = marks(scale);
  const apart = (shown[1] ?? scale.to) - (shown[0] ?? scale.from);
  const each = window.innerWidth < 700 ? Math.ceil(shown.length / 3) : 1;
  return (
    <div class="axis-words" aria-hidden="true">
      {shown
        .filter((_, i) => i % each === 0)
        .map((at) => (
          <At key={at} share={(at - scale.from) / Math.max(1, scale.to - scale.from)} text={words(at, apart)} />
        ))}
    </div>
  );
}

/** As fine as the steps between them. */
function words(at: number, apart: number): string {
  return apart >= 60_000 ? clock(at).slice(0, 5) : clock(at, apart < 1_000);
}

function At({ share, text }: { share: number; text: string }) {
  const edge = share < 0.04 ? 'first' : share > 0.94 ? 'last' : '';
  return (
    <span class={edge} style={{ left: `${(share * 100).toFixed(2)}%` }}>
      {text}
    </span>
  );
}
