import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { type Emitted, parseScenario } from '../../../src/simulation/scenario.ts';
import { simulate } from '../../../src/simulation/simulation.ts';
import { runScenario, type Scenario } from '../../oracle/scenario.ts';
import { EngineState, firingLine } from './engine-state.ts';
import { type Picture, pictureOfModel, Writer } from './lines.ts';

/** Where the engine first did something else than the model. */
export type Difference = { step: number; model: string[]; engine: string[] };

/** The model after each step, and the ids of its firings. */
type Expected = { pictures: Picture[]; ids: string[] };

function expected(scenario: Scenario): Expected {
  const writer = new Writer();
  const pictures: Picture[] = [];
  let ids: string[] = [];
  const answer = runScenario(scenario, (engine) => {
    pictures.push(pictureOfModel(engine, ids.length, writer));
    ids = engine.firings.map(({ id }) => id);
  });
  if ('invalid' in answer) throw new Error(`a document is in error: ${answer.invalid}`);
  return { pictures, ids };
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
  const onlyModel = model.state.filter((line) => !engine.state.includes(line));
  const onlyEngine = engine.state.filter((line) => !model.state.includes(line));
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
  /** Ids of the engine's firings, in order. */
  ids: string[];
};

/** Runs a scenario on the model and on the engine, in a namespace that is empty, and compares them after every step. */
export async function compareScenario(
  redis: Redis,
  namespace: string,
  scenario: Scenario,
  chunkSize = 100,
): Promise<Comparison> {
  const { pictures, ids } = expected(scenario);
  const state = new EngineState(redis, namespace);
  const writer = new Writer();
  const engineIds: string[] = [];
  let known = false;
  const afterStep = async (step: number, ledger: readonly Emitted[]): Promise<void> => {
    const { put, delete: removed } = scenario.timeline[step] ?? {};
    if (!known || put !== undefined || removed !== undefined) await state.refresh();
    known = true;
    const fresh = ledger.slice(engineIds.length).map(({ firing }) => firingLine(firing));
    const firings = fresh.map((line) => writer.firing(line));
    engineIds.push(...fresh.map(({ id }) => id));
    const { state: lines, faults } = await state.read(writer);
    const picture = pictures[step];
    if (picture === undefined) throw new Error(`the model has no step ${step}`);
    compare(step, picture, { firings, state: lines }, faults);
  };
  const last = scenario.timeline.length - 1;
  try {
    await simulate({ redis, logger, ignored, chunkSize }, namespace, parseScenario(scenario), { afterStep });
    compareIds(last, ids, engineIds);
  } catch (error) {
    if (!(error instanceof Differs)) throw error;
    return { difference: error.difference, firings: engineIds.length, ids: engineIds };
  }
  return { difference: null, firings: engineIds.length, ids: engineIds };
}
