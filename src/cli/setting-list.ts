import { z } from 'zod';
import { DURABILITY_MODES, settingsSchema } from '../config.ts';
import { parseDuration } from '../model/duration.ts';
import { dashed } from './dashed.ts';

/*
 * Every setting of the command line, under one name: `max-backlog` is the option --max-backlog, the variable WATCHFIRE_MAX_BACKLOG and the key
 * `max-backlog` of the configuration file. What a variable or the file says is checked here; what an option says, by its verb.
 */

/** Levels of what programs that run on and on say. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

const text = z.union([z.string(), z.number()], 'must be text').transform(String);
const path = z.string('must be the path of a file').min(1, 'must be the path of a file');
const flag = z.union([z.boolean(), z.stringbool()], 'must be true or false');

const texts = z.union(
  [z.array(z.string()), z.string().transform((list) => list.split(/[\s,]+/).filter((one) => one !== ''))],
  'must be a list of texts',
);

const DURATION = 'must be a duration like 24h';
const duration = z
  .union([z.string(), z.number()], DURATION)
  .transform(String)
  .refine((given) => (parseDuration(given)?.sign ?? -1) >= 0, DURATION);

/** A number in the bounds of a setting of the engine, as it is written. */
function numeric(bounds: z.ZodType): z.ZodType<string> {
  return z
    .union([z.number(), z.string().regex(/^\d+(\.\d+)?$/, 'must be a number')], 'must be a number')
    .transform((given, context) => {
      const found = bounds.safeParse(Number(given));
      for (const { message } of found.error?.issues ?? []) context.addIssue({ code: 'custom', message });
      return String(given);
    });
}

function choice(words: readonly string[]): z.ZodType<string> {
  return z.enum(words as [string, ...string[]], `must be one of ${words.join(', ')}`);
}

/** Of all lines, and of subjects: `info,firings=warn` (log-levels.ts names them). */
const levels = z
  .string()
  .refine(
    (given) =>
      given.split(',').every((one) => (LOG_LEVELS as readonly string[]).includes(one.trim().replace(/^\w+=/, ''))),
    `must be one of ${LOG_LEVELS.join(', ')}`,
  );

const { shape } = settingsSchema;

/** What may stand in the configuration file, by the names of the settings. */
export const configurationSchema = z.strictObject({
  redis: z.string('must be a URL').describe('Where Redis is'),
  'redis-file': path.describe('File that holds that URL, for one with a password'),
  'redis-password': text.describe('Password of Redis, where the URL has none'),
  'redis-password-file': path.describe('File that holds the password of Redis'),
  'tls-ca': path.describe('PEM file of the CA that signs the certificate of a rediss: server'),
  'tls-cert': path.describe('PEM file of the certificate that this program shows to a rediss: server'),
  'tls-key': path.describe('PEM file of the key of that certificate'),
  namespace: text.describe(shape.namespace.description ?? ''),
  http: text.describe('Where /metrics, /livez and /readyz are answered, as 127.0.0.1:9464'),
  'http-in': text.describe('Where events come in by HTTP, as 127.0.0.1:9465'),
  'http-remember': duration.describe('How long what came by HTTP is known by its id'),
  'log-level': levels.describe(
    'What programs that run on and on say, beside it of firings, deliveries, definitions: info,firings=warn',
  ),
  targets: path.describe('The targets file'),
  sources: path.describe('The sources file'),
  links: text.describe('Where the links of messages are answered, as 127.0.0.1:9467'),
  'allow-net': texts.describe('Networks beside the public ones that URLs of documents may lead to'),
  concurrency: numeric(z.int().min(1).max(1_000)).describe('Deliveries under way at a time'),
  actions: flag.describe('Whether a worker carries out actions, too'),
  'allow-changes': flag.describe('Whether those who have its token may change the engine from the console'),
  'token-file': path.describe('A 0600 file with the token of the console'),
  port: numeric(z.int().min(1).max(65_535)).describe('Port of the private Redis of start'),
  dir: path.describe('Where the private Redis of start keeps its data'),
  ...ofEngine(),
});

/** The settings of the engine; those in ms are durations, named without the unit. */
function ofEngine(): Record<string, z.ZodType<string | boolean>> {
  const { namespace: _, ...others } = shape;
  return Object.fromEntries(
    Object.entries(others).map(([name, schema]) => {
      const inner = schema.unwrap() as z.ZodType;
      const { description = '' } = schema;
      if (name.endsWith('Ms'))
        return [dashed(name.slice(0, -2)), duration.describe(description.replace(/, in ms$/, ''))];
      if (name === 'durability') return [name, choice(DURABILITY_MODES).describe(description)];
      return [dashed(name), (name === 'allowUnprotected' ? flag : numeric(inner)).describe(description)];
    }),
  );
}

/** The names of all settings, in their order. */
export const SETTING_NAMES: readonly string[] = Object.keys(configurationSchema.shape);

/** Those whose values nobody may see whole. */
export const SECRETS: ReadonlySet<string> = new Set(['redis', 'redis-password']);

/** What a setting is for, as a sentence without its stop. */
export function purposeOf(name: string): string {
  return (configurationSchema.shape as Readonly<Record<string, z.ZodType>>)[name]?.description ?? '';
}

/** `max-backlog` as commander names it. */
export function attributeOf(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `max-backlog` as a variable. */
export function variableOf(name: string): string {
  return `WATCHFIRE_${name.toUpperCase().replaceAll('-', '_')}`;
}
