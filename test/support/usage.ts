/**
 * What `read` makes of the command line of a program. `--help` prints the usage and ends the process with 0, a mistake prints
 * what is wrong beside it and ends it with 2.
 */
export function commandLine<T>(usage: string, read: () => T): T {
  if (process.argv.slice(2).includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
    process.exit(2);
  }
}

/** The options of a program with what they are when they are not given. */
export function usageOf(command: string, defaults: Readonly<Record<string, number | string>>): string {
  const options = Object.entries(defaults).map(([name, value]) => `  --${name} ${value}`);
  return [`${command} [OPTION…]; without them:`, ...options].join('\n');
}
