import { Liquid } from 'liquidjs';

/** Longest template, in characters: an e-mail of many pages. */
const TEMPLATE_LIMIT = 64_000;

/** Tags that read files, or put one template into another. */
const NO_TAGS = ['include', 'render', 'layout', 'block'];

/**
 * Filters that are left out: `strip_html` takes time in proportion to the square of the text, and `sample` gives something else at every
 * try. `raw` has no effect where nothing is escaped.
 */
const NO_FILTERS = ['strip_html', 'sample', 'raw'];

/** Liquid as templates may use it: no files, no prototypes, nothing that is missing passed over. */
export const liquid = languageOf();

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
  return engine;
}
