import { readFileSync } from 'node:fs';
import { yamlParser } from '../documents/yaml-parser.ts';
import { mostSimilar } from '../findings/similar.ts';
import { configurationSchema, SECRETS, SETTING_NAMES, variableOf } from './setting-list.ts';
import { type Io, Misuse } from './verb.ts';

/** What a setting is, and who says so: `WATCHFIRE_HTTP`, or `watchfire.yaml:3`. */
export type Configured = Readonly<{ value: string | boolean | readonly string[]; by: string }>;

/** Variables that are no settings. */
const OTHER_VARIABLES: readonly RegExp[] = [
  /^WATCHFIRE_(?:CONFIG|CONSOLE_TOKEN|DEBUG|PATIENCE_MS|PROFILE|(?:PROOF|TEST)_\w+)$/,
  // What Kubernetes tells every container of a Service called watchfire.
  /^WATCHFIRE_(?:[A-Z0-9_]*_)?(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT_\d+_(?:TCP|UDP)(?:_\w+)?)$/,
];

/** The one variable of Kubernetes whose name is a setting: `tcp://10.0.0.1:9464`. */
const LINK = /^(?:tcp|udp):\/\//;

/**
 * What the environment says, and for the rest what the configuration file says.
 * @param file its path; none: WATCHFIRE_CONFIG, or no file
 * @throws Misuse naming the variable, or file and line, and what is wrong with it
 */
export function configuredBy({ env }: Pick<Io, 'env'>, file: unknown): ReadonlyMap<string, Configured> {
  const found = new Map<string, Configured>();
  const path = file === undefined ? env.WATCHFIRE_CONFIG : String(file);
  if (path) for (const [name, one] of ofFile(path)) found.set(name, one);
  // It is everybody's: nearer than a file, and less near than a variable of this program.
  if (env.REDIS_URL) for (const name of saidWith('redis')) found.delete(name);
  for (const [name, one] of ofEnvironment(env)) {
    for (const other of saidWith(name)) found.delete(other);
    found.set(name, one);
  }
  return found;
}

/** The names by which the same is said: a secret, and the file that holds it. */
export function saidWith(name: string): readonly string[] {
  const secret = name.replace(/-file$/, '');
  return SECRETS.has(secret) ? [secret, `${secret}-file`] : [name];
}

function* ofEnvironment(env: Io['env']): Generator<[string, Configured]> {
  const names = new Map(SETTING_NAMES.map((name) => [variableOf(name), name]));
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('WATCHFIRE_') || OTHER_VARIABLES.some((other) => other.test(variable))) continue;
    const name = names.get(variable);
    if (name === undefined) throw new Misuse(`${variable}: ${unknownSetting(variable, names.keys())}`);
    // As good as unset: files of variables and Compose write it so.
    if (value === undefined || value === '' || LINK.test(value)) continue;
    yield [name, checked(name, value, variable)];
  }
}

function* ofFile(path: string): Generator<[string, Configured]> {
  const { isMap, isScalar, LineCounter, parseDocument } = yamlParser();
  const lines = new LineCounter();
  const document = parseDocument(textOf(path), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  const at = (offset: number): string => `${path}:${lines.linePos(offset).line}`;
  if (error) throw new Misuse(`${at(error.pos[0])}: is not YAML: ${error.message.split('\n')[0]}`);
  const { contents } = document;
  if (contents === null) return;
  if (!isMap(contents)) throw new Misuse(`${at(contents.range[0])}: must be settings, a name and a value each`);
  for (const { key, value } of contents.items) {
    const place = isScalar(key) && key.range ? at(key.range[0]) : path;
    const name = isScalar(key) ? String(key.value) : '';
    if (!SETTING_NAMES.includes(name)) throw new Misuse(`${place}: ${name}: ${unknownSetting(name, SETTING_NAMES)}`);
    const given: unknown = value === null ? null : (value as { toJSON: () => unknown }).toJSON();
    if (given !== null) yield [name, checked(name, given, place)];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Misuse(`--config: cannot read ${path}: ${(error as Error).message}`);
  }
}

function unknownSetting(name: string, known: Iterable<string>): string {
  const similar = mostSimilar(name, known);
  return `is no setting${similar === null ? '; "watchfire config" shows all' : `; did you mean ${similar}?`}`;
}

/** By one schema for both. */
function checked(name: string, value: unknown, by: string): Configured {
  const found = configurationSchema.partial().safeParse({ [name]: value });
  if (found.success) return { value: found.data[name as keyof typeof found.data] as Configured['value'], by };
  const shown = name.startsWith('redis') ? '' : ` (found ${JSON.stringify(value)})`;
  throw new Misuse(`${by}: ${name}: ${found.error.issues[0]?.message}${shown}`);
}
