/**
 * A length of time as the checks of rules 5.5 need it. `floorMs` is the largest whole number of milliseconds not above the exact
 * value, so that for whole limits `floorMs < limit` says exactly whether the value is shorter; `ms` is the value to work with.
 */
export type Duration = { sign: -1 | 0 | 1; floorMs: number; ms: number };

/** No readable duration is longer as text; keeps the exact arithmetic below cheap for hostile input. */
const TEXT_LIMIT = 64;

const UNIT_MS = { s: 1000n, m: 60_000n, h: 3_600_000n, d: 86_400_000n, w: 604_800_000n } as const;
type Unit = keyof typeof UNIT_MS;

/** `90s`, `1h30m`, `10 minutes`, `1 day 12.5 hours`: the units that are there, the longest first. */
const SHORT_FORM = new RegExp(
  `^(-?)(?=\\d)${[
    ['w', 'week'],
    ['d', 'day'],
    ['h', 'hour'],
    ['m', 'minute'],
    ['s', 'second'],
  ]
    .map(([letter, word]) => `(?:(\\d+(?:\\.\\d+)?) *(?:${letter}|${word}s?)(?: *(?=\\d)|$))?`)
    .join('')}$`,
);
const CLOCK_FORM = /^(-?)(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/;
const ISO_NUMBER = '(\\d+(?:[.,]\\d+)?)';
const ISO_FORM = new RegExp(
  `^(-?)P(?=.)(?:${ISO_NUMBER}W)?(?:${ISO_NUMBER}D)?(?:T(?=.)(?:${ISO_NUMBER}H)?(?:${ISO_NUMBER}M)?(?:${ISO_NUMBER}S)?)?$`,
);

/** Reads a duration (rules 5.4); undefined for any other text. Negative ones are read, so that the refusal can say that they are negative. */
export function parseDuration(value: unknown): Duration | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? ofSeconds(value) : undefined;
  if (typeof value !== 'string' || value.length > TEXT_LIMIT) return undefined;
  const short = SHORT_FORM.exec(value);
  if (short !== null) return ofUnits(short);
  const clock = CLOCK_FORM.exec(value);
  if (clock !== null)
    return ofParts(clock[1] === '-', [
      [clock[2], 'h'],
      [clock[3], 'm'],
      [clock[4], 's'],
    ]);
  const iso = ISO_FORM.exec(value);
  if (iso === null) return undefined;
  return ofUnits(iso);
}

/** What both forms catch: the sign, and a number for each unit. */
function ofUnits([, sign, weeks, days, hours, minutes, seconds]: RegExpExecArray): Duration {
  return ofParts(sign === '-', [
    [weeks, 'w'],
    [days, 'd'],
    [hours, 'h'],
    [minutes, 'm'],
    [seconds, 's'],
  ]);
}

function ofSeconds(seconds: number): Duration {
  const exact = seconds * 1000;
  return settle(Math.sign(seconds) as -1 | 0 | 1, Math.floor(exact), Math.round(Math.abs(exact)));
}

/** Adds up decimal numbers of units without rounding: whole numbers of 10^-scale milliseconds. */
function ofParts(negative: boolean, parts: readonly (readonly [string | undefined, Unit])[]): Duration {
  const decimals = parts.map(([text]) => text?.split(/[.,]/)[1]?.length ?? 0);
  const scale = Math.max(...decimals);
  let sum = 0n;
  parts.forEach(([text, unit], i) => {
    if (text === undefined) return;
    const digits = BigInt(text.replace(/[.,]/, '')) * 10n ** BigInt(scale - (decimals[i] ?? 0));
    sum += digits * UNIT_MS[unit];
  });
  const one = 10n ** BigInt(scale);
  const down = sum / one;
  const up = (sum + one - 1n) / one;
  const rounded = (sum * 2n + one) / (one * 2n);
  if (sum === 0n) return settle(0, 0, 0);
  return settle(negative ? -1 : 1, Number(negative ? -up : down), Number(rounded));
}

function settle(sign: -1 | 0 | 1, floorMs: number, roundedMs: number): Duration {
  // A positive duration must not become "no window" by rounding.
  const ms = sign === 0 ? 0 : sign * Math.max(roundedMs, 1);
  return { sign: sign === 0 ? 0 : sign, floorMs: floorMs === 0 ? 0 : floorMs, ms };
}
