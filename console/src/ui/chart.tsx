import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clock, compact } from './format.ts';
import { colour } from './theme.ts';

/** A line of a chart. `colour`: a name of the style sheet. */
export type Series = Readonly<{ name: string; colour: string; values: readonly number[]; bars?: boolean }>;

const HEIGHT = 128;

/** Numbers over time. @param at the times in ms */
export function Chart({ label, at, series }: { label: string; at: readonly number[]; series: readonly Series[] }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const own = place.current;
    if (own === null) return undefined;
    let plot: UPlot | null = null;
    const draw = (): void => {
      plot?.destroy();
      plot = new UPlot(optionsOf(series, own.clientWidth), dataOf(at, series), own);
    };
    draw();
    const sizes = new ResizeObserver(() => plot?.setSize({ width: own.clientWidth, height: HEIGHT }));
    sizes.observe(own);
    document.addEventListener('theme', draw);
    return () => {
      sizes.disconnect();
      document.removeEventListener('theme', draw);
      plot?.destroy();
    };
  }, [at, series]);
  const said = series.map(({ name, values }) => `${name}: ${values.reduce((sum, one) => sum + one, 0)}`).join(', ');
  return (
    <>
      <div class="legend">
        {series.map(({ name, colour: of }) => (
          <span key={name}>
            <svg viewBox="0 0 18 12" aria-hidden="true">
              <rect width="18" height="12" rx="3" class={`c-${of}`} />
            </svg>
            {name}
          </span>
        ))}
      </div>
      <div ref={place} class="chart" role="img" aria-label={`${label}. ${said}`} />
    </>
  );
}

function dataOf(at: readonly number[], series: readonly Series[]): UPlot.AlignedData {
  // A bar of nothing would be drawn as a line.
  const valuesOf = ({ values, bars }: Series): (number | null)[] =>
    bars ? values.map((value) => value || null) : [...values];
  return [at.map((ms) => ms / 1_000), ...series.map(valuesOf)];
}

function optionsOf(series: readonly Series[], width: number): UPlot.Options {
  const text = colour('--text-2');
  const grid = { stroke: colour('--line'), width: 1 };
  const axis = { stroke: text, grid, ticks: { show: false }, font: '11px system-ui' };
  return {
    width: Math.max(120, width),
    height: HEIGHT,
    cursor: { y: false, points: { size: 6 } },
    legend: { show: false },
    padding: [10, 16, 0, 0],
    scales: { y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, size: 26, values: (_, times) => times.map((time) => clock(time * 1_000).slice(0, 5)) },
      {
        ...axis,
        size: 44,
        values: (_, values) => values.map((value) => (Number.isInteger(value) ? compact(value) : '')),
      },
    ],
    series: [
      {},
      ...series.map(({ name, colour: of, bars }) => ({
        label: name,
        stroke: colour(`--${of}`),
        width: 1.6,
        points: { show: false },
        ...(bars && { fill: colour(`--${of}`), paths: UPlot.paths.bars?.({ size: [0.72, 18], radius: 0.15 }) }),
      })),
    ] as UPlot.Series[],
  };
}

/** Numbers by minutes, as small as a line of a table. */
export function Spark({ values, label }: { values: readonly number[]; label: string }) {
  // Five minutes are one bar.
  const bars = Array.from({ length: 12 }, (_, i) => values.slice(i * 5, i * 5 + 5).reduce((sum, one) => sum + one, 0));
  const high = Math.max(1, ...bars);
  return (
    <svg class="spark" viewBox="0 0 120 26" role="img" aria-label={label}>
      <line x1="0" x2="120" y1="25.5" y2="25.5" />
      {bars.map((value, i) => {
        const height = value === 0 ? 0 : Math.max(2, (value / high) * 23);
        return <rect key={`${i * 10}`} x={i * 10 + 1} width="8" y={25 - height} height={height} rx="1.5" />;
      })}
    </svg>
  );
}
