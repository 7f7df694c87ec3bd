import { useMemo } from 'preact/hooks';
import type { BacktestAnswer } from '../../../src/console/answers.ts';
import { Axis, AxisWords, diamondAt, Mark, type Scale, useWidth, x } from '../ui/axis.tsx';
import { clock, count, counted, keyText, span } from '../ui/format.ts';
import { Badge, Empty, Key, Time } from '../ui/parts.tsx';

type Told = BacktestAnswer['firings'][number];

/** Keys that are drawn: those with most that differs first. */
const LANES = 60;

export function BacktestView({ result }: { result: BacktestAnswer }) {
  const { firings, counts, from, to, entries, tookMs, exactFrom, drawn } = result;
  const lanes = useMemo(() => lanesOf(firings), [firings]);
  const [place, width] = useWidth();
  const scale: Scale = { from: from ?? to - 1_000, to, width };
  return (
    <div class="stack" data-same={counts.same} data-new={counts.new} data-gone={counts.gone} data-moved={counts.moved}>
      <div class="row wrap">
        <Badge>{count(counts.same)} the same</Badge>
        <Badge tone="blue">{count(counts.new)} new</Badge>
        <Badge tone="bad">{count(counts.gone)} gone</Badge>
        <Badge tone="warn">{count(counts.moved)} moved</Badge>
        <span class="soft small">
          {counted(entries, 'entry', 'entries')} in {span(tookMs)}
          {!drawn && '; the oldest firings are not drawn'}
        </span>
        {exactFrom !== null && (
          <span class="soft small">
            exact from <Time at={exactFrom} /> on
          </span>
        )}
      </div>
      {firings.length === 0 ? (
        <Empty title="Nothing would have fired">Nothing is live in this time either.</Empty>
      ) : (
        <div>
          <div class="legend">
            <Mark mark="m-fire" words="the same" />
            <Mark mark="m-new" words="new" />
            <Mark mark="m-gone" words="gone" />
          </div>
          <div class="lane axis">
            <span />
            <div ref={place}>
              <AxisWords scale={scale} />
              <Axis scale={scale} now={null} />
            </div>
            <span />
          </div>
          {lanes.slice(0, LANES).map(([name, told]) => (
            <div class="lane" key={name}>
              <Key labels={told[0]?.labels ?? {}} />
              <Lane told={told} scale={scale} />
              <span class="small num soft">{count(told.length)}</span>
            </div>
          ))}
          {lanes.length > LANES && <p class="small soft pad">and {count(lanes.length - LANES)} more keys</p>}
        </div>
      )}
    </div>
  );
}

function lanesOf(firings: readonly Told[]): [string, Told[]][] {
  const lanes = Map.groupBy(firings, ({ automation, labels }) => `${automation} ${keyText(labels)}`);
  const differing = (told: readonly Told[]): number => told.filter(({ fate }) => fate !== 'same').length;
  return [...lanes].sort(([, a], [, b]) => differing(b) - differing(a) || b.length - a.length);
}

function Lane({ told, scale }: { told: readonly Told[]; scale: Scale }) {
  const path = (fates: readonly string[]): string =>
    told
      .filter(({ fate }) => fates.includes(fate))
      .map(({ triggered }) => diamondAt(x(scale, triggered), 18))
      .join('');
  const was = told.flatMap(({ was }) => (was === null ? [] : diamondAt(x(scale, was), 18))).join('');
  const said = told.map(({ fate, triggered }) => `${fate} ${clock(triggered)}`).slice(0, 20);
  return (
    <svg
      viewBox={`0 0 ${scale.width} 34`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${told.length} firings: ${said.join(', ')}`}
    >
      <line class="grid" x1="0" x2={scale.width} y1="18" y2="18" vector-effect="non-scaling-stroke" />
      <path class="m-fire" d={path(['same'])} vector-effect="non-scaling-stroke" />
      <path class="m-gone" d={path(['gone']) + was} vector-effect="non-scaling-stroke" />
      <path class="m-new" d={path(['new', 'moved'])} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
