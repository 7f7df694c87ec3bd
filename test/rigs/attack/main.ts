import { commandLine } from '../../support/usage.ts';
import { attackNames, attackOf } from './attack.ts';

/** Runs attacks, all of them or those that are named, and says of each what held: `npm run proof -- attack [NAME…]`. */
const known = await attackNames();
const usage = ['npm run proof -- attack [NAME…]; without names all of them:', ...known.map((name) => `  ${name}`)].join(
  '\n',
);

const wanted = commandLine(usage, () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`there is no attack "${unknown}"`);
  return asked.length > 0 ? asked : known;
});

let succeeded = 0;
for (const name of wanted) {
  const { by, what, run } = await attackOf(name);
  const started = performance.now();
  const line = (verdict: string, sentence: string): string =>
    `${verdict}  ${name}  ${by} ${what} – ${sentence} (${Math.round(performance.now() - started)} ms)\n`;
  try {
    process.stdout.write(line('held  ', await run()));
  } catch (error) {
    succeeded += 1;
    process.stdout.write(line('FAILED', error instanceof Error ? error.message : String(error)));
  }
}
process.stdout.write(`${wanted.length - succeeded} of ${wanted.length} attacks held off\n`);
process.exitCode = succeeded === 0 ? 0 : 1;
