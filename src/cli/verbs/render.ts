import type { ActionDocument } from '../../documents/given.ts';
import type { TriggeredAction } from '../../documents/got.ts';
import type { Watchfire } from '../../engine.ts';
import { InvalidDocument } from '../../errors.ts';
import { renderAction } from '../../model/action-templates.ts';
import type { Automation } from '../../model/automation.ts';
import type { Firing } from '../../model/firing.ts';
import { contextOf } from '../../model/template-context.ts';
import { FailedForGood } from '../../relay/outcome.ts';
import { withWatchfire } from '../connect.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson, yamlText } from '../view/output.ts';

/** An action as its job would have it, or why its templates cannot be filled in. */
type Rendered = Readonly<{ job: string; queue: string; action: ActionDocument | null; problem: string | null }>;

export const verb: Verb = {
  ofAutomations: true,

  configure(command) {
    outputOption(command.argument('<automation>', 'its name or id'), ['yaml', 'json'])
      .option('--firing <id>', 'the firing to fill the templates in with (default: the last one, else a sample)')
      .addHelpText(
        'after',
        '\nPrints the actions of an automation with their templates filled in. Nothing is sent.\n\n' +
          'Example:\n  watchfire render payment-overdue --firing 912e2e78',
      );
  },

  async run([idOrName = ''], options, io) {
    return await withWatchfire(options, io, async (watchfire) => {
      const automation = await watchfire.get(idOrName);
      const firing = await firingOf(watchfire, automation, options.firing);
      // Loaded here only: they bring BullMQ's side with them.
      const [{ jobsOf }, { actionOf }] = await Promise.all([
        import('../../relay/jobs.ts'),
        import('../../reactions/carrying.ts'),
      ]);
      const announced = await watchfire.announced(automation, firing?.decided ?? Number.POSITIVE_INFINITY);
      const jobs = jobsOf(firing ?? sampleOf(automation), automation, announced);
      const rendered = jobs.map(({ data, queue }) => renderedOf(data, queue, actionOf));
      if (firing === null) io.err('watchfire: it has not fired yet: filled in with a sample');
      await print(rendered, asJson(options), io);
      return rendered.some(({ problem }) => problem !== null) ? FAILED : DONE;
    });
  },
};

async function firingOf(watchfire: Watchfire, { id, name }: Automation, wanted: unknown): Promise<Firing | null> {
  if (wanted === undefined) return (await watchfire.firings({ automation: id, limit: 1 })).firings[0]?.firing ?? null;
  const found = await watchfire.firing(String(wanted));
  if (found?.firing.automation === id) return found.firing;
  throw new Misuse(`--firing: must be a firing of ${name} (found "${String(wanted)}")`);
}

/** @param carriedOut an action as it is carried out: of Prefect's as one of Watchfire */
function renderedOf(
  data: TriggeredAction,
  queue: string,
  carriedOut: (job: TriggeredAction) => ActionDocument,
): Rendered {
  const base = { job: data.id, queue };
  try {
    return {
      ...base,
      action: renderAction(carriedOut(data), contextOf(data), `action ${data.action_index}`),
      problem: null,
    };
  } catch (error) {
    if (error instanceof InvalidDocument || error instanceof FailedForGood)
      return { ...base, action: null, problem: error.message };
    throw error;
  }
}

async function print(rendered: readonly Rendered[], json: boolean, io: Io): Promise<void> {
  if (json) return printJson(io, rendered);
  const yaml = await import('yaml');
  for (const { job, queue, action, problem } of rendered) {
    io.out(plain(`# job ${job} in queue ${queue}`));
    if (action !== null) io.out(yamlText(yaml, action));
    else io.err(plain(`watchfire: ${problem}`));
  }
}

/** A firing as it could be: of the first name that the trigger expects, with a value for each name of its key. */
function sampleOf({ id, name, trigger, document }: Automation): Firing {
  const names = 'forEach' in trigger ? trigger.forEach : [];
  const labels = Object.fromEntries(names.map((label) => [label, 'sample']));
  const [pattern] = document.trigger.expect ?? [];
  const event = typeof pattern === 'string' ? pattern : 'sample';
  const at = new Date(0).toISOString();
  return {
    id: '0'.repeat(32),
    automation: id,
    revision: 0,
    path: '',
    name,
    posture: '',
    state: 'Triggered',
    triggered: 0,
    decided: 0,
    labels,
    event: {
      id: 'sample',
      event,
      resource: { ...labels, id: labels.id ?? 'sample' },
      related: [],
      occurred: at,
      follows: null,
      payload: {},
      cause_chain: [],
      received: at,
    },
    children: [],
  };
}
