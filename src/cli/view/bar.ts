import type { Io } from '../verb.ts';

/** Shows how far a long piece of work is. */
export type Bar = Readonly<{ update: (progress: Readonly<{ done: number; total: number }>) => void; stop: () => void }>;

/** A bar on a terminal, else nothing. @param behind what stands behind the bar, with the names of cli-progress in braces */
export async function barOn({ screen }: Pick<Io, 'screen'>, behind: string): Promise<Bar> {
  if (screen === null) return { update: () => undefined, stop: () => undefined };
  // Loaded here only, as in progress.ts.
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: screen,
    format: `{bar} {percentage}% | ${behind}`,
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

/** Behind the bar of a replay of the log. */
export const REPLAYED = '{value} of {total} entries | {eta_formatted} left';
