import type { Io } from '../verb.ts';

/** A live display of how far a file has been sent. */
export type Progress = Readonly<{
  /** Shows how much of the file was read and what became of its events. */
  update: (counts: { bytes: number; sent: number; rejected: number; perSecond: number }) => void;
  /** Says why nothing is sent at the moment; null: sending goes on. */
  waits: (sentence: string | null) => void;
  /** Prints a line that stays above the bar. */
  note: (line: string) => void;
  stop: () => void;
}>;

/** A bar on a terminal, else lines alone. @param totalBytes size of the file; null when it is unknown, as for a pipe */
export async function progressOn(io: Io, totalBytes: number | null): Promise<Progress> {
  const { screen } = io;
  if (screen === null) return { update: () => undefined, waits: () => undefined, note: io.err, stop: () => undefined };
  // Loaded here only: without a terminal there is no bar.
  const { MultiBar } = await import('cli-progress');
  const counts = '{events} events, {perSecond} events/s, {rejected} rejected';
  const bars = new MultiBar({
    stream: screen,
    format: `${totalBytes === null ? counts : `{bar} {percentage}% | ${counts} | {eta_formatted} left`}{waits}`,
    clearOnComplete: true,
    hideCursor: true,
    // Signals are heeded by those who wait for what is under way.
    gracefulExit: false,
  });
  const bar = bars.create(totalBytes ?? 1, 0, { events: 0, perSecond: 0, rejected: 0, waits: '' });
  return {
    update: ({ bytes, sent, rejected, perSecond }) =>
      bar.update(Math.min(bytes, totalBytes ?? 0), { events: sent, perSecond, rejected }),
    waits: (sentence) => bar.update({ waits: sentence === null ? '' : ` | ${sentence}` }),
    note: (line) => bars.log(`${line}\n`),
    stop: () => {
      // What was noted since the last time it drew itself would be lost.
      bars.update();
      bars.stop();
    },
  };
}
