import { createRequire } from 'node:module';

/** The parser of YAML, loaded when it is first asked for: most commands and programs read no such file. */
export function yamlParser(): typeof import('yaml') {
  return createRequire(import.meta.url)('yaml') as typeof import('yaml');
}
