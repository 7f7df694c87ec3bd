import { type Command, Option } from 'commander';
import type { Watchfire } from '../../engine.ts';
import { DELIVERY_STATES, type Delivery, type DeliveryState } from '../../model/delivery.ts';
import type { ActedOn } from '../../relay/delivery-acts.ts';
import { reasonOption } from '../by-whom.ts';
import { confirmed, yesOption } from '../confirm.ts';
import { withWatchfire } from '../connect.ts';
import { wholeOption } from '../settings.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { DELIVERY_COLUMNS, deliveryJson, deliveryLines, deliveryRow } from '../view/delivery.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { boundOf, printTable, wideOption } from '../view/table.ts';
import { count } from '../view/when.ts';

/** Most deliveries shown at a time. */
const LIMIT_MAX = 10_000;

const ACTS = ['ls', 'show', 'retry', 'drop'] as const;

type Options = Readonly<Record<string, unknown>>;

export const verb: Verb = {
  acts: ACTS,

  configure(command: Command) {
    command
      .usage('[ls|show|retry|drop] [job...] [options]')
      .argument('[act]', 'ls: list them, as without a word; show: one whole; retry: failed ones again; drop: give up')
      .argument('[job...]', 'ids of jobs, as ls shows them')
      .option('--limit <count>', 'ls: how many, the newest ones', '20')
      .addOption(new Option('--state <state>', 'ls: only those that are so').choices([...DELIVERY_STATES]))
      .option('--automation <id>', 'ls: only those of this automation, by id or name')
      .option('--firing <id>', 'ls: only those of this firing')
      .addOption(new Option('--all', 'retry, drop: all that failed for good').default(false));
    reasonOption(yesOption(wideOption(outputOption(command)))).addHelpText(
      'after',
      '\nA delivery is the job of an action that "watchfire actions" carries out. What was sent is shown for seven days, what failed for\n' +
        'good for thirty; the job of one that failed is kept for seven, and can be retried until then.\n\nExample:\n  watchfire deliveries retry --all',
    );
  },

  async run([word = 'ls', ...jobs], options, io) {
    const act = ACTS.find((known) => known === word);
    if (!act) throw new Misuse(`deliveries: must be one of ${ACTS.join(', ')} (found "${word}")`);
    const limit = wholeOption(options, 'limit', 1, LIMIT_MAX);
    const all = options.all === true;
    if (act === 'ls' && (jobs.length > 0 || all)) throw new Misuse('deliveries ls: takes no ids and no --all');
    if (act === 'show' && (jobs.length === 0 || all)) throw new Misuse('deliveries show: needs ids of jobs');
    const acts = act === 'retry' || act === 'drop';
    if (acts && all === jobs.length > 0) throw new Misuse(`deliveries ${act}: needs either ids of jobs or --all`);
    const chosen = all ? 'failed' : jobs;
    return await withWatchfire(
      options,
      io,
      async (watchfire) => {
        if (act === 'ls') return await list(watchfire, limit, options, io);
        if (act === 'show') return await show(watchfire, jobs, options, io);
        if (act === 'retry') return report('retried', await watchfire.retryDeliveries(chosen), options, io);
        const what = all ? 'all deliveries that failed for good' : `${count(jobs.length)} deliveries`;
        if (!(await confirmed(`give up ${what}?`, options, io))) return FAILED;
        return report('dropped', await watchfire.dropDeliveries(chosen), options, io);
      },
      { patient: acts },
    );
  },
};

async function list(watchfire: Watchfire, limit: number, options: Options, io: Io): Promise<number> {
  const { state, automation, firing } = options as { state?: DeliveryState; automation?: string; firing?: string };
  const found = await watchfire.deliveries({
    limit,
    ...(state && { state }),
    ...(automation !== undefined && { automation: (await watchfire.get(automation)).id }),
    ...(firing !== undefined && { firing }),
  });
  if (asJson(options)) printJson(io, found.map(deliveryJson));
  else if (found.length === 0) io.err('no such deliveries');
  else printTable(io, options, DELIVERY_COLUMNS, found.map(deliveryRow));
  await io.drained();
  return DONE;
}

async function show(watchfire: Watchfire, jobs: readonly string[], options: Options, io: Io): Promise<number> {
  const noted = await watchfire.deliveriesOf(jobs);
  const found: Delivery[] = [];
  for (const [i, job] of jobs.entries()) {
    const one = noted[i];
    if (one) found.push(one);
    else io.err(plain(`watchfire: nothing is noted of a delivery ${job}: nobody has begun it, or it is forgotten`));
  }
  if (asJson(options)) printJson(io, found.map(deliveryJson));
  else for (const one of found) for (const line of deliveryLines(one, boundOf(io, options))) io.out(line);
  await io.drained();
  return found.length === jobs.length ? DONE : FAILED;
}

function report(what: 'retried' | 'dropped', { done, unfit }: ActedOn, options: Options, io: Io): number {
  if (asJson(options)) printJson(io, { [what]: done, unfit });
  else io.out(`${what} ${count(done.length)}`);
  for (const { job, reason } of unfit) io.err(plain(`watchfire: the delivery ${job} stays: ${reason}`));
  return unfit.length === 0 ? DONE : FAILED;
}
