import type { PartitionLayout } from '../model/partition.ts';
import { PartitionedEngine, type StepEngine } from './partitioned-engine.ts';
import {
  answered,
  automationsOf,
  type Emitted,
  refuseEndless,
  type Scenario,
  type ScenarioAnswer,
} from './scenario.ts';
import { ScratchEngine, type ScratchParts } from './scratch-engine.ts';

/**
 * Runs one scenario on the real engine in virtual time. Everything it leaves behind is in `namespace`, which must be
 * empty; removing it is the caller's part, since that costs less for many at a time.
 * @param layout how the namespace is divided, where it is
 */
export async function simulate(
  parts: ScratchParts,
  namespace: string,
  scenario: Scenario,
  layout?: PartitionLayout,
): Promise<ScenarioAnswer> {
  const { name, timeline } = scenario;
  const refused: { step: number; reason: string }[] = [];
  const automations = automationsOf(scenario);
  if ('invalid' in automations) return { name, ...automations };
  refuseEndless(scenario, automations);
  const startMs = scenario.start ?? timeline[0]?.at ?? 0;
  const engine: StepEngine = layout
    ? new PartitionedEngine(parts, namespace, startMs, layout)
    : new ScratchEngine(parts, namespace, startMs);
  await engine.prepare();
  for (const automation of automations.loaded) await engine.put(automation);
  const ledger: Emitted[] = [];
  for (const [i, { at, event, tick, delete: id, clear, resolve }] of timeline.entries()) {
    parts.signal?.throwIfAborted();
    engine.moveTo(at);
    if (event !== undefined) {
      const reason = await engine.send(event);
      if (reason !== null) refused.push({ step: i, reason });
    }
    if (tick) await engine.tick();
    const put = automations.puts.get(i);
    if (put) await engine.put(put);
    if (id !== undefined) await engine.delete(id);
    if (clear) await engine.clear(clear);
    if (resolve) await engine.resolve(resolve);
    for (const firing of await engine.drain()) ledger.push({ step: i, firing });
  }
  return { name, firings: answered(ledger), ...(refused.length > 0 ? { refused } : {}) };
}
