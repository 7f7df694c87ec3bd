import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/migrate/migration.ts': {
    'migrate: nothing changes before all of it was read': ['if (!dryRun && !begun) {', 'if (dryRun && !begun) {'],
    'migrate: refuses while workers live': ['if (alive.length > 0) throw', 'if (alive.length > NAMED_WORKERS) throw'],
    'migrate: a dry run changes nothing': ['if (this.#dry) return;', ''],
  },
  'src/migrate/triggers.ts': {
    'migrate: deadlines make room for the windows': ['yield* deadlines(namespace, name);', ''],
    'migrate: windows of triggers that are gone go': [
      'if (!defined) yield* removed(namespace, name);\n    else if',
      'if',
    ],
    'migrate: the event that an absence reports stays': [
      "if (this.#lastSet.length > 0) commands.push(['HSET', this.#last, ...this.#lastSet]);",
      '',
    ],
  },
  'src/migrate/log.ts': {
    'migrate: followers are found by their leader': [
      "commands.push(['ZADD', prefix + name, occurred, member], ",
      'commands.push(',
    ],
    'migrate: a parked event names its followers': ["commands.push(['HSET', names[i] ?? '', 'followers', name]);", ''],
    'migrate: the clock keeps a copy of the position': ["at === null ? [] : [['HSET', clock, 'position', at]]", '[]'],
  },
  'src/migrate/settings.ts': {
    'migrate: the clock goes on': ["['HSET', clock, 'newest', times.C, 'arrival', times.U],", ''],
    'migrate: documents of deleted automations stay while firings need them': [
      "commands.push(['PERSIST', key], ",
      'commands.push(',
    ],
  },
};
