import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/targets-file.ts': {
    'targets: secrets are known in the forms of a URL': [
      "if (url) forms.push(url.password, decoded(url.password), url.pathname.length > 8 ? url.pathname : '');",
      '',
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
