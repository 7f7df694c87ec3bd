import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { yamlParser } from '../documents/yaml-parser.ts';
import { InvalidDocument, reasonOf } from '../errors.ts';
import type { Drafted } from '../model/incoming.ts';
import { deliveryId } from '../model/presets/delivery-id.ts';
import { presetNamed, presetNames } from '../model/presets.ts';
import { parseMap } from '../model/source.ts';
import { type MapKeys, mapOf } from '../model/source-map.ts';
import { recordedIn } from '../sources/http-body.ts';
import { Misuse } from './verb.ts';

type Options = Readonly<Record<string, unknown>>;

/** Makes events of the document of a line. `id`: of the line, for an event without one; null: none. @throws InvalidDocument */
export type LineMap = (document: unknown, id: string | null) => readonly Drafted[];

/** Declares how lines of a file become events. */
export function mapOptions(command: Command): Command {
  return command
    .option('--preset <name>', `what lines are: ${presetNames().join(', ')} (default: events)`)
    .option(
      '--map <file>',
      'a YAML file that says what lines become, with the keys of a source: where, event, resource …',
    );
}

/** The map that was asked for; null: lines are events. @throws Misuse */
export function lineMap(file: string, options: Options): LineMap | null {
  if (options.preset === undefined && options.map === undefined) return null;
  const keys = keysOf(options);
  const source = nameOf(file);
  const map = mapped(() => mapOf(keys, ''), String(options.map ?? ''));
  const { preset } = keys;
  return (document, id) => {
    const { entry, headers } = recordedIn(document);
    const came = { source, entry, headers };
    return map.apply({ ...came, id: deliveryId(preset, came) ?? id });
  };
}

function keysOf(options: Options): MapKeys {
  const given =
    options.map === undefined ? {} : mapped(() => parseMap(read(String(options.map)), ''), String(options.map));
  if (options.preset === undefined) return given;
  const preset = String(options.preset);
  if (presetNamed(preset) === undefined)
    throw new Misuse(`--preset: must be one of ${presetNames().join(', ')} (found "${preset}")`);
  return { ...given, preset };
}

function read(file: string): unknown {
  try {
    return yamlParser().parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new Misuse(`--map: cannot read ${file}: ${reasonOf(error)}`);
  }
}

function mapped<T>(make: () => T, file: string): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    throw new Misuse(error.problems.map(({ message }) => `${file || '--preset'}: ${message}`).join('\n'));
  }
}

/** The name of the source that a file is: its own, as far as a source may have it. */
function nameOf(file: string): string {
  const [name = ''] = path.basename(file).split('.');
  return /^[a-z][a-z0-9_-]{0,31}$/i.test(name) ? name : 'file';
}
