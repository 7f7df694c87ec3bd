import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/targets-file.ts': {
    'targets: secrets are known in the forms of a URL': [
      'return [...parts, url.password, decoded(url.password), path, url.search.slice(1), ...words];',
      'return parts;',
    ],
    'targets: what stands behind the name of a scheme is a secret too': [
      'const parts = [credentials, login,',
      'const parts = [login,',
    ],
    'targets: errors quote no value': ['if (error instanceof InvalidDocument) throw withoutValues(error);', ''],
  },
  'src/reactions/references.ts': {
    'targets: an empty variable is none': [
      "if (found === undefined || found === '') throw",
      'if (found === undefined) throw',
    ],
  },
  'src/reactions/watched-file.ts': {
    'targets: a file with an error changes nothing': [
      '      this.#current = read(file, env);\n      this.#files = this.#current.files;\n      this.#seen = this.#marks();\n      logger.info',
      '      this.#current = this.#parts.none;\n      this.#current = read(file, env);\n      this.#files = this.#current.files;\n      this.#seen = this.#marks();\n      logger.info',
    ],
    'targets: a file that is named there is watched too': [
      'this.#files = this.#current.files;\n    this.#seen',
      'this.#seen',
    ],
  },
};
