import { type Command, Option } from 'commander';
import { DEFAULT_NAMESPACE, DEFAULT_REDIS_URL } from '../config.ts';

/** Declares the options of all verbs. */
export function commonOptions(program: Command): Command {
  return program
    .option(
      '--redis <url>',
      `where Redis is (default: $REDIS_URL, else the one that start runs in this folder, else ${DEFAULT_REDIS_URL})`,
    )
    .option('--config <file>', 'file of settings; "watchfire config" shows all (default: WATCHFIRE_CONFIG, else none)')
    .option('--tls-ca <file>', 'PEM file of the CA that signs the certificate of a rediss: server')
    .addOption(hidden('--tls-cert <file>', 'PEM file of the certificate that is shown to a rediss: server'))
    .addOption(hidden('--tls-key <file>', 'PEM file of the key of that certificate'))
    .addOption(hidden('--redis-file <file>', 'file that holds the URL of Redis'))
    .addOption(hidden('--redis-password <password>', 'password of Redis, where the URL has none'))
    .addOption(hidden('--redis-password-file <file>', 'file that holds the password of Redis'))
    .option('--namespace <name>', `engines with different names never meet (default: ${DEFAULT_NAMESPACE})`)
    .option('-v, --verbose', 'say where Redis is, and how long it takes');
}

/** What few need: `watchfire config --help` shows it. */
function hidden(flags: string, description: string): Option {
  return new Option(flags, description).hideHelp();
}
