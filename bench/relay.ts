import { Watchfire } from '../src/index.ts';
import { NAMESPACE } from './engine.ts';
import { AUTOMATION, engine, type Firing } from './firings.ts';
import { type Compared, inPairs } from './measure.ts';
import type { Context, Result } from './result.ts';

/** Silences that hold, and none of them for what fires. */
const SILENCES = 20;

/** A firing that something could keep back is one call of a script more. */
const GATED = 0.5;

const actions = [{ type: 'webhook', url: 'https://hooks.example/orders' }];

const DELIVERED: Firing = { document: { ...AUTOMATION, actions, budget: 'none' }, queue: 'deliveries' };
const BUDGETED: Firing = { ...DELIVERED, document: { ...AUTOMATION, actions, budget: 10_000 } };
const SILENCED: Firing = { ...DELIVERED, prepare: silence };

async function silence({ url }: Context): Promise<void> {
  const watchfire = new Watchfire({ redis: url, namespace: NAMESPACE });
  try {
    for (let i = 0; i < SILENCES; i += 1)
      await watchfire.silence({ labels: { id: `nobody.${i}` }, for: '1h', reason: 'measured', by: 'bench' });
  } finally {
    await watchfire.close();
  }
}

/** What it costs the relay that actions are carried out, that their automation has a budget, and that there are silences. */
export async function run(context: Context): Promise<Result[]> {
  // Fewer than the largest budget.
  const jobs = context.short ? 2_000 : 7_000;
  const compare = (one: Firing, other?: Firing): Promise<Compared> =>
    inPairs(
      context.pairs,
      () => engine(context, jobs, true, one),
      () => engine(context, jobs, true, other),
    );
  const result = (
    name: string,
    against: string,
    bound: number,
    { value, base, ratio, note, baseNote }: Compared,
  ): Result => ({
    name: `firings that stand in the ledger become deliveries, one worker: ${name}`,
    unit: 'jobs/s',
    better: 'more',
    against,
    value,
    base,
    ratio,
    targets: [{ of: 'ratio', bound }],
    note: `${note}; the other ${baseNote}`,
  });
  return [
    result('webhooks', 'the same firings as jobs of a queue', 0.8, await compare(DELIVERED)),
    result('with a budget', 'without one', GATED, await compare(BUDGETED, DELIVERED)),
    result(`with ${SILENCES} silences of other keys`, 'without them', GATED, await compare(SILENCED, DELIVERED)),
  ];
}
