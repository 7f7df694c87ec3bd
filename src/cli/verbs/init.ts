import { divide } from '../../index.ts';
import { withWatchfire } from '../connect.ts';
import { layoutOption, partitionsOptions } from '../partitions.ts';
import { DONE, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';

export const verb: Verb = {
  configure(command) {
    partitionsOptions(outputOption(command)).addHelpText(
      'after',
      '\nDivides an empty namespace into partitions by the value of a label: each is an engine of its own, in a slot of its own of a\n' +
        'Redis Cluster. It is chosen once; take many more partitions than there will ever be nodes. An engine that is in use without\n' +
        'partitions stays as it is. It may be interrupted and run again. Labels: id, tenant, related:customer:id, payload.account …\n' +
        '\nExample:\n  watchfire init --partitions 16 --by id',
    );
  },

  async run(_, options, io) {
    const layout = layoutOption(options);
    if (layout === undefined) throw new Misuse('init: --partitions is needed');
    const { count, by } = layout;
    const done = await withWatchfire(options, io, (watchfire) => divide(watchfire, layout));
    const { namespace } = done;
    if (asJson(options)) printJson(io, { namespace, partitions: count, by, done: done.word });
    else {
      const what = done.word === 'made' ? 'has' : 'has had since before';
      io.out(
        plain(
          `${namespace} ${what} ${count} partitions by ${by}, {${namespace}.0} to {${namespace}.${count - 1}}, and {${namespace}.g}`,
        ),
      );
    }
    return DONE;
  },
};
