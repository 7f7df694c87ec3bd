import { withWatchfire } from '../connect.ts';
import { DONE, FAILED, Misuse, type Verb } from '../verb.ts';
import { SHORT_ID } from '../view/firing.ts';
import { outputOption } from '../view/output.ts';
import { wideOption } from '../view/table.ts';
import { moment } from '../view/when.ts';
import { printWhy } from '../view/why.ts';

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command))
      .argument(
        '<id>',
        `a firing: its id or at least its first ${SHORT_ID} characters, its entry in the ledger, or the id of a job of it`,
      )
      .addHelpText(
        'after',
        '\nWalks back from the job to the firing, its window, the events that were counted and their entries in the log, as far as these are\n' +
          'kept, and says when each of it happened.\n\nExample:\n  watchfire why f-912e2e7825ec5b0835df83e74de1e8c9-0',
      );
  },

  async run([id = ''], options, io) {
    const bare = id.replace(/…$/, '');
    if (bare.length < SHORT_ID)
      throw new Misuse(`why: an id needs at least its first ${SHORT_ID} characters (found "${id}")`);
    return await withWatchfire(options, io, async (watchfire) => {
      const why = await watchfire.why(bare);
      const erased = why === null ? await watchfire.erasedAt(bare) : null;
      if (why === null)
        io.err(`watchfire: ${erased === null ? `there is no firing ${id}` : `${id} was erased, ${moment(erased)}`}`);
      else printWhy(why, options, io);
      return why === null ? FAILED : DONE;
    });
  },
};
