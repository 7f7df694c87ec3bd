import type { Recorded } from '../../inspect/firings.ts';
import type { Io } from '../verb.ts';
import { FIRING_COLUMNS, firingJson, firingRow } from './firing.ts';
import { asJson, jsonText } from './output.ts';
import { boundOf, layoutOf, sayMissing } from './table.ts';

/** Rows that say where columns stand: those of a page, and while following the latest ones. */
const SAMPLE = 500;

type Options = Readonly<Record<string, unknown>>;

/** Prints firings as they are found, without keeping them. */
export type FiringPrinter = Readonly<{ print: (firings: readonly Recorded[]) => Promise<void>; end: () => void }>;

/** @param how `following`: there is no end, so JSON is an object in each line, and a table begins before its first row */
export function firingPrinter(options: Options, io: Io, { following = false } = {}): FiringPrinter {
  if (!asJson(options)) return tablePrinter(options, io, following);
  if (!following) return listPrinter(io);
  const print = async (firings: readonly Recorded[]): Promise<void> => {
    for (const one of firings) io.out(jsonText(firingJson(one)));
    await io.drained();
  };
  return { print, end: () => undefined };
}

/** One JSON list over all pages. */
function listPrinter(io: Io): FiringPrinter {
  let held: string | null = null;
  return {
    print: async (firings) => {
      for (const one of firings) {
        // A comma stands behind all but the last one.
        io.out(held === null ? '[' : `${held},`);
        held = jsonText([firingJson(one)], 2).slice(2, -2);
      }
      await io.drained();
    },
    end: () => {
      if (held !== null) io.out(held);
      io.out(held === null ? '[]' : ']');
    },
  };
}

function tablePrinter(options: Options, io: Io, following: boolean): FiringPrinter {
  const bound = boundOf(io, options);
  let recent: string[][] = [];
  let begun = false;
  return {
    print: async (firings) => {
      if (firings.length === 0 && !following) return;
      const rows = firings.map(firingRow);
      // Below the columns of what stands above.
      recent = [...recent, ...rows].slice(-SAMPLE);
      const { head, line, missing } = layoutOf(FIRING_COLUMNS, recent, bound);
      if (!begun) {
        io.out(head);
        sayMissing(missing, io);
      }
      begun = true;
      for (const row of rows) io.out(line(row));
      await io.drained();
    },
    end: () => undefined,
  };
}
