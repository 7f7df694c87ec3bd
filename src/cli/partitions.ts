import type { Command } from 'commander';
import { InvalidDocument } from '../errors.ts';
import {
  DEFAULT_PARTITION_LABEL,
  LARGEST_PARTITION_COUNT,
  layoutOf,
  type PartitionLayout,
} from '../model/partition.ts';
import { Misuse } from './verb.ts';

type Options = Readonly<Record<string, unknown>>;

/** Declares how a namespace is divided. */
export function partitionsOptions(command: Command): Command {
  return command
    .option('--partitions <count>', `divide into so many partitions, 1 to ${LARGEST_PARTITION_COUNT}`)
    .option('--by <label>', `the label whose value says which partition (default: ${DEFAULT_PARTITION_LABEL})`);
}

/** What was given of them; undefined without `--partitions`. @throws Misuse */
export function layoutOption({ partitions, by }: Options): PartitionLayout | undefined {
  if (partitions === undefined) {
    if (by !== undefined) throw new Misuse('--by: goes with --partitions');
    return undefined;
  }
  const count = /^\d{1,9}$/.test(String(partitions)) ? Number(partitions) : Number.NaN;
  try {
    return layoutOf(count, String(by ?? DEFAULT_PARTITION_LABEL));
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    throw new Misuse(`--${error.path}: ${error.reason} (found "${String(error.path === 'by' ? by : partitions)}")`);
  }
}
