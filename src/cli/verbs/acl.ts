import { randomBytes } from 'node:crypto';
import { Option } from 'commander';
import { ROLES, type Role, rulesOf, WAYS_TO_DISK, type WayToDisk } from '../../index.ts';
import { targetOf } from '../connect.ts';
import { DONE, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';

/** 256 bits, in characters that need no escape in a URL. */
const PASSWORD_BYTES = 32;

/** Redis takes a digest of 64 digits here and refuses this text: otherwise everybody would know the password. */
const PLACEHOLDER = '#SHA256-OF-ITS-PASSWORD';

type User = Readonly<{ role: Role; user: string; rules: readonly string[]; password: string | null }>;

export const verb: Verb = {
  configure(command) {
    outputOption(command)
      .option('--user-prefix <text>', 'what the names of the users begin with (default: the namespace and "-")')
      .option('--passwords', 'give each a random password, instead of a place to fill in', false)
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
        '\nPrints what makes four Redis users of one namespace, each with the least rights it can work with:\n' +
          '  producer  sends events, and can read none\n' +
          '  worker    runs workers, changes automations and settings, handles dead letters\n' +
          '  viewer    sees everything of the namespace and changes nothing\n' +
          '  consumer  takes jobs out of its queues, and cannot reach the state of the engine\n' +
          'Each goes into the URL: REDIS_URL=redis://wf-worker:PASSWORD@host:6379. No connection is made.\n' +
          '\nExample:\n  watchfire acl --passwords > users.txt && redis-cli < users.txt',
      );
  },

  async run(_, options, io) {
    const { namespace } = targetOf(options, io).settings;
    const prefix = String(options.userPrefix ?? `${namespace}-`);
    if (!/^[A-Za-z0-9._-]*$/.test(prefix)) {
      throw new Misuse(`--user-prefix: must be letters, digits, ".", "_" or "-" (found "${prefix}")`);
    }
    const fsync = options.fsync as WayToDisk | undefined;
    const users = ROLES.map((role): User => {
      const password = options.passwords === true ? randomBytes(PASSWORD_BYTES).toString('base64url') : null;
      return { role, user: `${prefix}${role}`, rules: rulesOf(role, namespace, { fsync }), password };
    });
    if (asJson(options)) printJson(io, users);
    else for (const user of users) io.out(lineOf(user));
    return DONE;
  },
};

/** As redis-cli reads it: a rule with spaces stands in quotes. */
function lineOf({ user, rules, password }: User): string {
  const secret = password === null ? PLACEHOLDER : `>${password}`;
  const words = [...rules, 'on', secret].map((rule) => (rule.includes(' ') ? `"${rule}"` : rule));
  return `ACL SETUSER ${user} ${words.join(' ')}`;
}
