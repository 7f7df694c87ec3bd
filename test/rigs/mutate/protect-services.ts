import { mutationsOf } from './mutation.ts';

/** What holds the scripts to Redis' own rules. */
const SCRIPTS = [
  ...mutationsOf(
    'src/redis/script.ts',
    ['test/redis/script.test.ts', 'test/services/memory.test.ts'],
    [
      ['#!lua: a call is refused before it has done anything', "['#!lua', ", "['--', "],
      [
        'allow-oom: what frees memory works when there is none',
        'contract.flags.length > 0',
        'contract.flags.length > 9',
      ],
      [
        'a server that forgot its scripts is given them',
        "if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;",
        'throw error;',
      ],
    ],
  ),
  ...mutationsOf(
    'src/redis/keys.ts',
    ['test/redis/keys.test.ts'],
    [
      [
        'key slot tag: jobs lie in the slot of their firings',
        "bull: name('bull'),",
        "bull: namespace.concat(':bull'),",
      ],
      [
        'key slot tag: windows lie in the slot of the log',
        "window: name('window:'),",
        "window: namespace.concat(':window:'),",
      ],
    ],
  ),
];

const APPLY_TESTS = [
  'test/apply/pace.test.ts',
  'test/apply/applier.test.ts',
  'test/apply/poison.test.ts',
  'test/services/hygiene.test.ts',
];

/** What keeps workers and relays from losing or doubling anything. */
const SERVICES = [
  ...mutationsOf(
    'src/relay/jobs.ts',
    ['test/unit/relay/jobs.test.ts', 'test/relay/relay-faults.test.ts', 'test/relay/queues.test.ts'],
    [
      ['deduplication: a job that is done is recognised', 'id, ttl: DEDUPLICATION_TTL_MS', 'id, ttl: 1'],
      [
        'deduplication: each repeat is recognised as long',
        'ttl: DEDUPLICATION_TTL_MS, extend: true }',
        'ttl: DEDUPLICATION_TTL_MS }',
      ],
      ['deduplication: the id of a job is that of its firing', 'jobId: id,', 'jobId: id + Math.random(),'],
    ],
  ),
  ...mutationsOf(
    'src/relay/dispatch.ts',
    ['test/relay/relay.test.ts', 'test/relay/relay-faults.test.ts', 'test/redis/durability.test.ts'],
    [
      ['a firing is acknowledged when its jobs are there', "else if (outcome?.kind !== 'added') waits = true;", ''],
      [
        'a job begins when its firing cannot vanish any more',
        'if (jobs.length > 0) await this.#parts.security?.barrier(since);',
        '',
      ],
      [
        'confirmation by the server that showed the firing',
        'this.#parts.security?.barrier(since)',
        'this.#parts.security?.barrier(this.#parts.security.connection)',
      ],
    ],
  ),
  ...mutationsOf(
    'src/redis/durability.ts',
    ['test/unit/redis/durability.test.ts', 'test/redis/durability.test.ts'],
    [
      [
        'confirmation of what the same connection wrote',
        'if (verdict.kept && same) return value;',
        'if (verdict.kept) return value;',
      ],
      [
        'confirmation of what the same connection showed',
        "if (this.#connection !== since) throw this.#notKept('the connection broke', null);",
        '',
      ],
      [
        'confirmation by as many replicas as are asked for',
        'this.#verdict(replicas >= minReplicas,',
        'this.#verdict(replicas >= 0,',
      ],
    ],
  ),
  ...mutationsOf(
    'src/relay/relay.ts',
    ['test/relay/relay-faults.test.ts', 'test/relay/relay.test.ts'],
    [
      ['take-over of firings: never those of a relay that lives', 'DEAD_AFTER_MS = 10_000', 'DEAD_AFTER_MS = 0'],
      [
        'take-over of firings: those of a dead relay are found',
        'if (now >= this.#claimAt) await this.#relay(',
        'if (now < 0) await this.#relay(',
      ],
      [
        'a batch that failed is looked for again',
        '// What was read in this step is ours and unacknowledged.\n      this.#lookAgain();',
        '',
      ],
    ],
  ),
  ...mutationsOf('src/apply/applier.ts', APPLY_TESTS, [
    ['take-over of entries: not while others get on with them', 'turn.saw(position);', ''],
    ['the infrastructure is never the fault of an entry', '      if (isInfrastructure(error)) throw error;', ''],
    [
      'an entry is blamed only when it is alone in its call',
      'if (batch.suspect() === 1) await',
      'if (batch.suspect() > 0) await',
    ],
  ]),
  ...mutationsOf('src/apply/take-over.ts', APPLY_TESTS, [
    [
      'take-over of entries: for no longer than they are waited for',
      'if (calls > 0 && clock.nowMs() >= untilMs) return;',
      '',
    ],
    [
      'take-over of entries: no more than are matched in a moment',
      'takeOver(redis, store, worker, matcher.batchSize)',
      'takeOver(redis, store, worker, matcher.chunkSize)',
    ],
  ]),
  ...mutationsOf('src/apply/turn.ts', APPLY_TESTS, [
    ['take-over of entries: after a bound', 'return clock.nowMs() - this.#sinceMs >= TAKE_OVER_MS;', 'return false;'],
    ['take-over of entries: not before the bound', 'this.#sinceMs >= TAKE_OVER_MS', 'this.#sinceMs >= 0'],
  ]),
  ...mutationsOf(
    'src/apply/poison.ts',
    ['test/apply/applier.test.ts', 'test/apply/poison.test.ts'],
    [
      [
        'poison: what fails again and again is set aside',
        'const setAside = attempts >= POISON_ATTEMPTS;',
        'const setAside = attempts < 0;',
      ],
    ],
  ),
  ...mutationsOf(
    'src/apply/reader.ts',
    ['test/services/hygiene.test.ts', 'test/services/worker.test.ts'],
    [
      [
        'a group that is made anew begins behind what is applied',
        'await ensureGroup(redis, stream, ENGINE_GROUP, from);',
        "await ensureGroup(redis, stream, ENGINE_GROUP, '$');",
      ],
    ],
  ),
  ...mutationsOf(
    'src/services/worker.ts',
    ['test/services/hygiene.test.ts', 'test/services/worker.test.ts'],
    [
      [
        'entries that stand are taken over although nobody waits behind them',
        'if (standing) await this.#applier.applyStanding(signal);',
        '',
      ],
    ],
  ),
];

/** What keeps the engine going when rights, keys or definitions went behind its back. */
const BACKS = [
  ...mutationsOf(
    'lua/include/settle.lua',
    ['test/redis/rights.test.ts'],
    [['missing rights cost no absence', 'if dlq.is_refusal(e.fault) then error(fault, 0) end', '']],
  ),
  ...mutationsOf(
    'src/redis/retryable.ts',
    ['test/unit/redis/retryable.test.ts', 'test/redis/rights.test.ts'],
    [['missing rights cost no event', "|The user executing the script can't ", '']],
  ),
  ...mutationsOf(
    'lua/include/children.lua',
    ['test/lua/apply-removed.test.ts'],
    [
      [
        'removed keys: a composite without its hash is forgotten',
        'if g.fresh then return due.correct(e, c.name, group, false) end',
        '',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/order.lua',
    ['test/lua/apply-removed.test.ts'],
    [['removed keys: a follower without its hash holds up nobody', 'if event then redis', 'do redis']],
  ),
  ...mutationsOf(
    'src/apply/reader.ts',
    ['test/services/hygiene.test.ts'],
    [['definitions under the numbers of lost ones are loaded', 'await matcher.definitions.reload();', '']],
  ),
  ...mutationsOf(
    'src/redis/connection.ts',
    ['test/engine.test.ts'],
    [['a prefix for keys is refused', 'if (keyPrefix) {', 'if (keyPrefix === null) {']],
  ),
];

/** What keeps strangers, and what they send, from doing harm. */
const STRANGERS = [
  ...mutationsOf(
    'src/redis/redact.ts',
    ['test/redis/secrets.test.ts'],
    [['secrets stay out of errors', 'error.command = { name };', '']],
  ),
  ...mutationsOf(
    'src/redis/protection.ts',
    ['test/redis/protection.test.ts'],
    [['a Redis that lets everybody in is refused', 'return !(await letsStrangersIn(redis, key));', 'return true;']],
  ),
  ...mutationsOf(
    'src/model/record.ts',
    ['test/unit/model/hostile.test.ts', 'test/unit/model/flat.test.ts'],
    [
      [
        'names of strangers meet nothing inherited',
        'return Object.create(NOTHING) as Record<string, Value>;',
        'return {};',
      ],
    ],
  ),
  ...mutationsOf(
    'src/model/intake.ts',
    ['test/unit/model/hostile.test.ts', 'test/unit/model/intake.test.ts', 'test/unit/model/bounds.test.ts'],
    [
      ['broken bytes are refused', 'if (text.includes(REPLACEMENT))', 'if (text === REPLACEMENT)'],
      [
        'a document is bounded before it is parsed',
        'if (length * 3 <= DOCUMENT_LIMIT_BYTES || bytes() <= DOCUMENT_LIMIT_BYTES) return;',
        'if (length > 0) return;',
      ],
      ['what is written in our own forms is bounded too', 'if (length > OWN_LIMIT) throw', 'if (length < 0) throw'],
    ],
  ),
];

/** What the processes around the atomic steps rest on, taken away one by one. */
export const services = [...SCRIPTS, ...SERVICES, ...BACKS, ...STRANGERS];
