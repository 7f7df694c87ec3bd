import { DEFAULT_NAMESPACE } from '../../config.ts';
import { partitionOf } from '../../model/partition.ts';
import { withWatchfire } from '../connect.ts';
import { layoutOption } from '../partitions.ts';
import { DONE, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';

export const verb: Verb = {
  configure(command) {
    outputOption(command)
      .argument('<key...>', 'values of the label that divides')
      .option('--partitions <count>', 'how many partitions there are (default: as in the namespace)')
      .addHelpText(
        'after',
        '\nPrints the partition of each value, 0 to the count less 1: CRC-16/XMODEM of its UTF-8 bytes, modulo the count. An event without\n' +
          'the label is one of the empty text. With --partitions no Redis is asked: producers in any language can do the same.\n' +
          '\nExample:\n  watchfire partition customer.7 --partitions 16',
      );
  },

  async run(keys, options, io) {
    const layout = layoutOption(options) ?? (await withWatchfire(options, io, (watchfire) => watchfire.partitions()));
    if (layout === null) throw new Misuse('partition: this namespace has no partitions, say how many by --partitions');
    const namespace = String(options.namespace ?? DEFAULT_NAMESPACE);
    const found = keys.map((key) => ({ key, partition: partitionOf(key, layout.count) }));
    if (asJson(options)) {
      printJson(
        io,
        found.map((one) => ({ ...one, stream: `{${namespace}.${one.partition}}:events` })),
      );
    } else for (const { partition } of found) io.out(String(partition));
    return DONE;
  },
};
