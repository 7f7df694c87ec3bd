import type { Command } from 'commander';
import type { ActionsOptions } from '../reactions/reactor.ts';
import { wholeOption } from './settings.ts';
import type { Io } from './verb.ts';

/** Declares what `watchfire actions` needs to know to carry out actions. */
export function actionsOptions(command: Command): Command {
  return linksOption(targetsOption(command))
    .option(
      '--allow-net <network...>',
      'networks beside the public ones that URLs of documents may lead to, as 10.1.0.0/16',
    )
    .option('--concurrency <deliveries>', 'deliveries under way at a time', '20');
}

/** Declares where links of messages are answered. */
export function linksOption(command: Command): Command {
  return command.option(
    '--links <address>',
    'where the links of messages are answered, as 127.0.0.1:9467 (default: nowhere)',
  );
}

/** Declares where the targets file is. */
export function targetsOption(command: Command): Command {
  return command.option('--targets <file>', 'the targets file (default: WATCHFIRE_TARGETS)');
}

/** What was given of them. @throws Misuse */
export function actionsSettings(options: Readonly<Record<string, unknown>>, io: Pick<Io, 'env'>): ActionsOptions {
  const file = targetsFile(options, io);
  return {
    ...(file === null ? {} : { targets: file }),
    ...linksSetting(options),
    allowNet: (options.allowNet as string[] | undefined) ?? [],
    allowUnprotected: options.allowUnprotected === true,
    concurrency: wholeOption(options, 'concurrency', 1, 1_000),
  };
}

/** Where links of messages are answered, if anywhere. */
export function linksSetting({ links }: Readonly<Record<string, unknown>>): Pick<ActionsOptions, 'links'> {
  return links === undefined ? {} : { links: String(links) };
}

/** The path of the targets file, null for none. */
export function targetsFile({ targets }: Readonly<Record<string, unknown>>, { env }: Pick<Io, 'env'>): string | null {
  const file = targets === undefined ? env.WATCHFIRE_TARGETS : String(targets);
  return file || null;
}
