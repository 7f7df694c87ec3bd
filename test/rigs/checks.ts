/** What is to be checked cannot be had on this machine, which is no failure of Watchfire. */
export class LeftOut extends Error {}

/** Carries out one check, and prints what became of it. */
export type Check = (name: string, what: () => Promise<void>) => Promise<void>;

/** The status by which a run says that it was left out: of those that are told apart from 1, the one of automake. */
const LEFT_OUT = 77;

/** Runs the checks of `body`, all of them, whatever becomes of the first. @returns the exit status of the program */
export async function checks(body: (check: Check) => Promise<void>): Promise<number> {
  let failed = 0;
  const check: Check = async (name, what) => {
    const begin = performance.now();
    const problem = await what().then(
      () => null,
      (error: Error) => error,
    );
    if (problem instanceof LeftOut) throw problem;
    if (problem !== null) failed += 1;
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    process.stdout.write(
      `${problem ? 'FAILED' : 'ok'}  ${name} (${seconds} s)\n${problem ? `${problem.message}\n` : ''}`,
    );
  };
  try {
    await body(check);
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error;
    process.stdout.write(`left out: ${error.message}\n`);
    return failed === 0 ? LEFT_OUT : 1;
  }
  return failed === 0 ? 0 : 1;
}
