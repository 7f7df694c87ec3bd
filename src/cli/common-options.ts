import type { Command } from 'commander';
import { DEFAULT_NAMESPACE, DEFAULT_REDIS_URL } from '../config.ts';

/** Declares the options of all verbs. */
export function commonOptions(program: Command): Command {
  return program
    .option(
      '--redis <url>',
      `where Redis is (default: $REDIS_URL, else the one that start runs in this folder, else ${DEFAULT_REDIS_URL})`,
    )
    .option('--tls-ca <file>', 'PEM file of the CA that signs the certificate of a rediss: server')
    .option('--namespace <name>', `engines with different names never meet (default: ${DEFAULT_NAMESPACE})`)
    .option('-v, --verbose', 'say where Redis is, and how long it takes');
}
