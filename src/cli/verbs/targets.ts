import { randomUUID } from 'node:crypto';
import { targetsFile, targetsOption } from '../reactions.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';

type Options = Readonly<Record<string, unknown>>;

export const verb: Verb = {
  acts: ['ls', 'test'],

  configure(command) {
    targetsOption(outputOption(command))
      .usage('[ls] [options] | test <name> [options]')
      .argument('[act...]', 'ls, which is what is done without a word, or test with the name of a target')
      .addHelpText(
        'after',
        '\nExample, which sends one message:\n  watchfire targets test ops-slack --targets targets.yaml',
      );
  },

  async run([act = 'ls', name, ...more], options, io) {
    const file = targetsFile(options, io);
    if (file === null) throw new Misuse('targets: needs the targets file, by --targets or WATCHFIRE_TARGETS');
    if (act === 'ls' && name === undefined) return await list(file, options, io);
    if (act === 'test' && name !== undefined && more.length === 0) return await test(file, name, options, io);
    throw new Misuse(
      act === 'test' ? 'targets test: needs the name of one target' : `targets: knows ls and test (found "${act}")`,
    );
  },
};

async function list(file: string, options: Options, io: Io): Promise<number> {
  const { targetKinds } = await import('../../reactions/try-target.ts');
  const kinds = targetKinds(file, io.env);
  if (asJson(options)) {
    printJson(
      io,
      kinds.map(([name, kind]) => ({ name, kind })),
    );
    return DONE;
  }
  const width = Math.max(0, ...kinds.map(([name]) => name.length));
  for (const [name, kind] of kinds) io.out(plain(`${name.padEnd(width)}  ${kind}`));
  return DONE;
}

async function test(file: string, name: string, options: Options, io: Io): Promise<number> {
  const { tryTarget } = await import('../../reactions/try-target.ts');
  const tried = await tryTarget(file, name, { env: io.env, id: `test-${randomUUID()}`, nowMs: Date.now() });
  if (asJson(options)) printJson(io, { name, ...tried });
  else if (tried.problem === null) io.out(plain(`${name} (${tried.kind}) took the message`));
  else io.err(plain(`watchfire: ${name} (${tried.kind}) did not take the message: ${tried.problem}`));
  return tried.problem === null ? DONE : FAILED;
}
