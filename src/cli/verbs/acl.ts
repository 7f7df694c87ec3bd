import { writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import { newPassword } from '../../embedded/folder.ts';
import { ROLES, type Role, rulesOf, WAYS_TO_DISK, type WayToDisk } from '../../index.ts';
import { targetOf } from '../connect.ts';
import { DONE, Misuse, type Verb } from '../verb.ts';
import { asJson, jsonText, outputOption, printJson } from '../view/output.ts';

const DEFAULT_OFF = 'ACL SETUSER default off';

/** Redis takes a digest of 64 digits here and refuses this text: otherwise everybody would know the password. */
const PLACEHOLDER = '#SHA256-OF-ITS-PASSWORD';

/** Creates users afterwards, when the one without a name is off. */
const ADMIN_RULES = ['reset', '+@all', '~*', '&*'];

type User = Readonly<{ role: Role | 'admin'; user: string; rules: readonly string[]; password: string | null }>;

export const verb: Verb = {
  configure(command) {
    outputOption(command)
      .option('--user-prefix <text>', 'what the names of the users begin with (default: the namespace and "-")')
      .option(
        '--passwords <file>',
        'write it to a new file that only you can read: with random passwords, a user "admin" with all rights, and "default" off',
      )
      .option('--partitions', 'the namespace has partitions', false)
      .option('--cluster', 'it is on a Redis Cluster: each of its nodes needs the users', false)
      .option('--queue <name...>', 'the only queues that the consumer may use (default: all of the namespace)')
      .addOption(
        new Option(
          '--fsync [way]',
          'for the durability mode fsync: by WAITAOF (Redis 7.2 or newer), or where appendfsync is always',
        )
          .choices([...WAYS_TO_DISK])
          .preset('waitaof'),
      )
      .addHelpText(
        'after',
        '\nPrints what makes five Redis users of one namespace, each with the least rights it can work with:\n' +
          '  producer  sends events, and can read none\n' +
          '  worker    runs workers, changes automations and settings, handles dead letters\n' +
          '  actions   carries out actions: what a worker may, and takes jobs\n' +
          '  viewer    sees everything of the namespace and changes nothing\n' +
          '  consumer  takes jobs out of its queues, and cannot reach the state of the engine\n' +
          'Each goes into the URL: REDIS_URL=redis://wf-worker:PASSWORD@host:6379. No connection is made.\n' +
          '\nExample:\n  watchfire acl --passwords users.txt && redis-cli < users.txt\n' +
          'The file ends by turning off the user "default", who needs no name; keep the password of "admin". Redis keeps users\n' +
          'over a restart by ACL SAVE (with an aclfile) or CONFIG REWRITE.',
      );
  },

  async run(_, options, io) {
    const { namespace } = targetOf(options, io).settings;
    const prefix = String(options.userPrefix ?? `${namespace}-`);
    if (!/^[A-Za-z0-9._-]*$/.test(prefix)) {
      throw new Misuse(`--user-prefix: must be letters, digits, ".", "_" or "-" (found "${prefix}")`);
    }
    const file = options.passwords === undefined ? null : String(options.passwords);
    const password = (): string | null => (file === null ? null : newPassword());
    const limits = {
      fsync: options.fsync as WayToDisk | undefined,
      queues: queuesOf(options),
      partitions: options.partitions === true,
      cluster: options.cluster === true,
    };
    const users: User[] = ROLES.map((role) => {
      return { role, user: prefix + role, rules: rulesOf(role, namespace, limits), password: password() };
    });
    if (file === null) {
      if (asJson(options)) printJson(io, users);
      else for (const user of users) io.out(lineOf(user));
      return DONE;
    }
    users.push({ role: 'admin', user: `${prefix}admin`, rules: ADMIN_RULES, password: password() });
    await writeNew(file, asJson(options) ? jsonText(users, 2) : [...users.map(lineOf), DEFAULT_OFF].join('\n'));
    io.err(`watchfire: wrote ${users.length} users with their passwords to ${file}, which only you can read`);
    return DONE;
  },
};

/** The queues of `--queue`; undefined for all. @throws Misuse for a name that no pattern of keys can hold */
function queuesOf({ queue }: Readonly<Record<string, unknown>>): string[] | undefined {
  if (queue === undefined) return undefined;
  const names = (queue as readonly unknown[]).map(String);
  const wrong = names.find((name) => !/^[^\s:\p{Cc}]+$/u.test(name));
  if (wrong === undefined) return names;
  throw new Misuse(`--queue: must be the name of a queue, without spaces and ":" (found ${JSON.stringify(wrong)})`);
}

/** Writes a file that was not there before and that nobody else can read. @throws Misuse */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, `${text}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Misuse(`--passwords: ${code === 'EEXIST' ? `${file} is there already` : message}`);
  }
}

/** As redis-cli reads it: a rule with spaces stands in quotes. */
function lineOf({ user, rules, password }: User): string {
  const secret = password === null ? PLACEHOLDER : `>${password}`;
  const words = [...rules, 'on', secret].map((rule) => (rule.includes(' ') ? `"${rule}"` : rule));
  return `ACL SETUSER ${user} ${words.join(' ')}`;
}
