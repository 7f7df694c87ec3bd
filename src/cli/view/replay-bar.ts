import type { ReplayProgress } from '../../replay/recorded.ts';
import type { Io } from '../verb.ts';

/** Shows how far a replay is. */
export type ReplayBar = Readonly<{ update: (progress: ReplayProgress) => void; stop: () => void }>;

/** A bar on a terminal, else nothing. */
export async function replayBar({ screen }: Pick<Io, 'screen'>): Promise<ReplayBar> {
  if (screen === null) return { update: () => undefined, stop: () => undefined };
  // Loaded here only, as in progress.ts.
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: screen,
    format: '{bar} {percentage}% | {value} of {total} entries | {eta_formatted} left',
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
  });
  bar.start(1, 0);
  return {
    update: ({ done, total }) => {
      bar.setTotal(Math.max(1, total));
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
