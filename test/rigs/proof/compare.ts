import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { InvalidDocument } from '../../../src/errors.ts';
import type { Firing } from '../../../src/model/firing.ts';
import type { Entry } from '../../../src/model/intake.ts';
import { automationsOf, parseScenario } from '../../../src/simulation/scenario.ts';
import { ScratchEngine, type ScratchParts } from '../../../src/simulation/scratch-engine.ts';
import type { ModelEngine } from '../../oracle/engine.ts';
import { endsOf, runScenario, type Scenario } from '../../oracle/scenario.ts';
import { EngineState, firingLine } from './engine-state.ts';
import { type Picture, pictureOfModel, Writer } from './lines.ts';

/** Where the engine first did something else than the model. */
export type Difference = { step: number; model: string[]; engine: string[] };

/** The model whenever its log is empty, by the step, and the ids of its firings. */
type Expected = { pictures: Map<number, Picture>; ids: string[] };

function expected(scenario: Scenario, together: number): Expected {
  const writer = new Writer();
  const pictures = new Map<number, Picture>();
  let from = 0;
  let ids: readonly { id: string }[] = [];
  const afterStep = (engine: ModelEngine, step: number): void => {
    pictures.set(step, pictureOfModel(engine, from, writer));
    from = engine.firings.length;
    ids = engine.firings;
  };
  const answer = runScenario(scenario, { afterStep, together });
  if ('invalid' in answer) throw new Error(`a document is in error: ${answer.invalid}`);
  return { pictures, ids: ids.map(({ id }) => id) };
}

class Differs extends Error {
  readonly difference: Difference;

  constructor(difference: Difference) {
    super(`step ${difference.step}`);
    this.difference = difference;
  }
}

/** Lines that only one of the two has; order counts among firings only. */
function compare(step: number, model: Picture, engine: Picture, faults: readonly string[]): void {
  if (model.firings.join('\n') !== engine.firings.join('\n')) {
    throw new Differs({ step, model: model.firings, engine: engine.firings });
  }
  const [inModel, inEngine] = [new Set(model.state), new Set(engine.state)];
  const onlyModel = model.state.filter((line) => !inEngine.has(line));
  const onlyEngine = engine.state.filter((line) => !inModel.has(line));
  if (onlyModel.length + onlyEngine.length > 0 || model.state.length !== engine.state.length) {
    throw new Differs({ step, model: onlyModel, engine: onlyEngine });
  }
  if (faults.length > 0) throw new Differs({ step, model: [], engine: [...faults] });
}

/** Firing ids must be equal exactly where the model's are: ids of both sides derive from content alone (rules 10). */
function compareIds(step: number, model: readonly string[], engine: readonly string[]): void {
  const there = new Map(model.map((id, i) => [id, engine[i]]));
  const back = new Map(engine.map((id, i) => [id, model[i]]));
  const wrong = engine.filter(
    (id, i) => !/^[0-9a-f]{32}$/.test(id) || there.get(model[i] ?? '') !== id || back.get(id) !== model[i],
  );
  if (wrong.length > 0) throw new Differs({ step, model: ['ids in pairs'], engine: wrong });
}

const logger = pino({ level: 'silent' });
const ignored = new Set(['prefect.log.write']);

export type Comparison = {
  difference: Difference | null;
  firings: number;
  /** How many times the two were compared. */
  looks: number;
  /** Ids of the engine's firings, in order. */
  ids: string[];
};

/** `chunkSize`: most entries that one call applies; `together`: most steps whose entries are sent before any is applied, see `endsOf`. */
export type Circumstances = { chunkSize?: number; together?: number };

/** Runs a scenario on the model and on the engine, in a namespace that is empty, and compares them whenever the log is applied. */
export async function compareScenario(
  redis: Redis,
  namespace: string,
  scenario: Scenario,
  { chunkSize = 100, together = 1 }: Circumstances = {},
): Promise<Comparison> {
  const { pictures, ids } = expected(scenario, together);
  const state = new EngineState(redis, namespace);
  const writer = new Writer();
  const engineIds: string[] = [];
  const look = async (step: number, fired: readonly Firing[]): Promise<void> => {
    const firings = fired.map((firing) => writer.firing(firingLine(firing)));
    engineIds.push(...fired.map(({ id }) => id));
    const { state: lines, faults } = await state.read(writer);
    const picture = pictures.get(step);
    if (picture === undefined) throw new Error(`the model has no step ${step}`);
    compare(step, picture, { firings, state: lines }, faults);
  };
  const last = scenario.timeline.length - 1;
  try {
    await run({ redis, logger, ignored, chunkSize }, namespace, { scenario, together }, state, look);
    compareIds(last, ids, engineIds);
  } catch (error) {
    if (!(error instanceof Differs)) throw error;
    return { difference: error.difference, firings: engineIds.length, looks: pictures.size, ids: engineIds };
  }
  return { difference: null, firings: engineIds.length, looks: pictures.size, ids: engineIds };
}

/** Runs a scenario on the engine. `look` gets what fired since its last call. */
async function run(
  parts: ScratchParts,
  namespace: string,
  { scenario, together }: { scenario: Scenario; together: number },
  state: EngineState,
  look: (step: number, fired: readonly Firing[]) => Promise<void>,
): Promise<void> {
  const parsed = parseScenario(scenario);
  const automations = automationsOf(parsed);
  if ('invalid' in automations) throw new Error(`a document is in error: ${automations.invalid}`);
  const engine = new ScratchEngine(parts, namespace, parsed.start ?? parsed.timeline[0]?.at ?? 0);
  await engine.prepare();
  for (const automation of automations.loaded) await engine.put(automation);
  await state.refresh();
  const ends = endsOf(scenario.timeline, together);
  const waiting: Entry[] = [];
  for (const [i, { at, event, tick, delete: id, clear, resolve }] of parsed.timeline.entries()) {
    engine.moveTo(at);
    if (event !== undefined) waiting.push(...sealed(engine, event));
    if (waiting.length > 0 && ends.has(i)) await engine.replay(waiting.splice(0));
    if (tick) await engine.tick();
    const put = automations.puts.get(i);
    if (put) await engine.put(put);
    if (id !== undefined) await engine.delete(id);
    if (clear) await engine.clear(clear);
    if (resolve) await engine.resolve(resolve);
    if (put || id !== undefined) await state.refresh();
    if (ends.has(i)) await look(i, await engine.drain());
  }
}

/** An event as an entry, none when it is refused at the door. */
function sealed(engine: ScratchEngine, document: unknown): Entry[] {
  try {
    return [engine.seal(document).entry];
  } catch (error) {
    if (error instanceof InvalidDocument) return [];
    throw error;
  }
}
