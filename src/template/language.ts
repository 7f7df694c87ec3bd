import { AssignTag, CaptureTag, type Context, Liquid } from 'liquidjs';

/** Longest template, in characters: an e-mail of many pages. */
const TEMPLATE_LIMIT = 64_000;

/** Tags that read files, or put one template into another. */
const NO_TAGS = ['include', 'render', 'layout', 'block'];

/**
 * Filters that are left out: `strip_html` takes time in proportion to the square of the text, and `sample` gives something else at every
 * try. `raw` has no effect where nothing is escaped.
 */
const NO_FILTERS = ['strip_html', 'sample', 'raw'];

/** What a value counts for in a list or an object that gets a name, in characters: it may be written or compared again and again. */
const WEIGHT = 10;

function languageOf(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `{% if a.b %}` and `{{ a.b | default: "-" }}` ask whether there is one.
    lenientIf: true,
    ownPropertyOnly: true,
    parseLimit: TEMPLATE_LIMIT,
    // Dates are written in UTC, wherever the program runs.
    timezoneOffset: 0,
    templates: {},
  });
  for (const name of NO_TAGS) delete engine.tags[name];
  for (const name of NO_FILTERS) delete engine.filters[name];
  engine.registerTag('assign', BoundedAssign);
  engine.registerTag('capture', BoundedCapture);
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (isGenerator(filter)) engine.registerFilter(name, inTime(filter));
  }
  return engine;
}

/** A list that is pushed onto itself again and again is small in memory, and without end where it is written or compared. */
class BoundedAssign extends AssignTag {
  override *render(context: Context): Generator<unknown, void, unknown> {
    yield* super.render(context);
    for (const { content } of this.localScope())
      context.memoryLimit.use(WEIGHT * sizeOf((context.bottom() as Record<string, unknown>)[content], new Map()));
  }
}

/** Liquid counts what filters copy, but not what is captured. */
class BoundedCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    yield* super.render(context);
    context.memoryLimit.use(String((context.bottom() as Record<string, unknown>)[this.variable]).length);
  }
}

/** How many values a list or an object holds all the way down, each as often as it stands there; 0 for a single value. */
function sizeOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 0;
  const before = known.get(value);
  if (before !== undefined) return before;
  const size = Object.values(value).reduce((sum: number, one: unknown) => sum + 1 + sizeOf(one, known), 0);
  known.set(value, size);
  return size;
}

type LiquidFilter = Liquid['filters'][string];
type FilterSelf = Readonly<{ context: Context }>;
type SteppingFilter = (this: unknown, ...given: unknown[]) => Generator<unknown, unknown, unknown>;

function isGenerator(filter: LiquidFilter): filter is LiquidFilter & SteppingFilter {
  return typeof filter === 'function' && filter.constructor.name === 'GeneratorFunction';
}

/** A filter that asks something of each entry of a list, such as `where_exp`; Liquid itself looks at the time between tags only. */
function inTime(filter: SteppingFilter): SteppingFilter {
  return function* (this: unknown, ...given: unknown[]): Generator<unknown, unknown, unknown> {
    const { context } = this as FilterSelf;
    const steps = filter.apply(this, given);
    for (let step = steps.next(); ; step = steps.next(yield step.value)) {
      if (step.done) return step.value;
      context.renderLimit.check(performance.now());
    }
  };
}

/** Liquid as templates may use it: no files, no prototypes, nothing that is missing passed over. */
export const liquid = languageOf();
