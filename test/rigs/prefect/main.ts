import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isRecord } from '../../../src/model/record.ts';
import { root } from '../../house/tree.ts';
import { eventually } from '../../support/eventually.ts';
import type { PrivateServer } from '../../support/private-server.ts';
import { commandLine } from '../../support/usage.ts';
import { checks } from '../checks.ts';
import { watchfire } from './command.ts';
import { proveHandlers } from './handlers.ts';
import { Prefect } from './prefect.ts';
import { staged } from './stage.ts';
import { proveWebsocket } from './websocket.ts';

/**
 * Twenty automations are made in a real Prefect, exported by its own command, and loaded. What it exports is kept as fixtures, which
 * `test/cli/prefect.test.ts` loads each time: this says whether they are still what Prefect writes. The handlers of the guide run against that
 * server too. `npm run proof -- prefect`.
 */

const AUTOMATIONS = path.join(import.meta.dirname, 'automations.yaml');
const FIXTURES = path.join(root, 'test/cli/fixtures/prefect');
const COUNT = 20;

/** One whose lines are short, two of one name, and one with a line that is longer than Prefect takes a terminal to be. */
const INSPECTED = { short: 'A flow run failed', twins: 'The same name', long: '[prod] heartbeat of the shop: gone?' };

/** All kinds that its server can make, by its own account. */
const KINDS = `
import json
from typing import get_args
from prefect.server.events.actions import ServerActionTypes
from prefect.server.events.schemas.automations import ServerTriggerTypes
kinds = [*get_args(ServerActionTypes), *get_args(ServerTriggerTypes)]
print(json.dumps([kind.model_fields["type"].default for kind in kinds]))
`;

const USAGE = `npm run proof -- prefect [OPTION…]
  --python PATH  a Python that has Prefect; without it, Prefect is installed into a folder of its own
  --write        write what it exports into test/cli/fixtures/prefect`;

/** What Prefect's commands print, by the name of the fixture that holds it. */
async function exportsOf(prefect: Prefect): Promise<Readonly<Record<string, string>>> {
  const inspect = (name: string, form: string): Promise<string> =>
    prefect.command('automation', 'inspect', name, '--output', form);
  const all = prefect.command('api', 'POST', '/automations/filter');
  // Most of the time a command of Prefect loads itself.
  const printed = Object.entries({
    'automations.json': all,
    'one.json': all.then((text) => prefect.command('api', 'GET', `/automations/${JSON.parse(text)[0].id}`)),
    'short.yaml': inspect(INSPECTED.short, 'yaml'),
    'twins.json': inspect(INSPECTED.twins, 'json'),
    'long.yaml': inspect(INSPECTED.long, 'yaml'),
    'long.json': inspect(INSPECTED.long, 'json'),
    'events.json': eventsOf(prefect),
  });
  return Object.fromEntries(await Promise.all(printed.map(async ([name, text]) => [name, await text])));
}

/** Two events that are made here, once the server has them. */
async function eventsOf(prefect: Prefect): Promise<string> {
  const related = JSON.stringify([{ 'prefect.resource.id': 'order.1', 'prefect.resource.role': 'order' }]);
  const emit = (id: string, ...more: string[]): Promise<string> =>
    prefect.command('events', 'emit', 'parcel.lost', '--resource-id', id, ...more);
  await Promise.all([emit('parcel.1', '--related', related), emit('parcel.2', '--payload', '{"weight": 2.5}')]);
  const filter = JSON.stringify({ filter: { event: { name: ['parcel.lost'] } } });
  return await eventually('Prefect has stored both events', async () => {
    const text = await prefect.command('api', 'POST', '/events/filter', '--data', filter);
    return JSON.parse(text).events.length === 2 ? text : null;
  });
}

/** What an export says, whatever ids and times it was given, and in which order sets were written. */
function essence(name: string, text: string): unknown {
  if (!/^(?:automations|one|events)\.json$/.test(name))
    return text.replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID');
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (!isRecord(value)) return value;
    const kept = Object.entries(value).filter(([key]) => !/^(?:id|created|updated|occurred|received)$/.test(key));
    return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, plain(inner)]));
  };
  return plain(JSON.parse(text));
}

type Options = Readonly<{ python: string | null; write: boolean }>;

async function prove(dir: string, server: PrivateServer, { python, write }: Options): Promise<number> {
  const { redis, url } = server;
  return await checks(async (check) => {
    const prefect = await Prefect.start(dir, python);
    try {
      let exported: Readonly<Record<string, string>> = {};
      await check(`Prefect makes ${COUNT} automations, and exports them`, async () => {
        await prefect.command('automation', 'create', '--from-file', AUTOMATIONS);
        exported = await exportsOf(prefect);
        for (const [name, text] of Object.entries(exported)) await writeFile(path.join(dir, name), text);
      });
      // Without them nothing else can be said.
      if (exported['events.json'] === undefined) return;
      const file = (name: string): string => path.join(dir, name);
      const apply = (name: string, namespace: string, ...more: string[]) =>
        watchfire(url, 'apply', file(name), '--namespace', namespace, ...more);

      await check('they have all kinds of triggers and actions that its server knows', async () => {
        const all = exported['automations.json'] ?? '';
        const missing = ((await prefect.ask(KINDS)) as string[]).filter((kind) => !all.includes(`"type": "${kind}"`));
        assert.deepEqual(missing, []);
      });
      await check('watchfire apply lists what each of its actions does here', async () => {
        const { status, out, err } = await apply('automations.json', 'all', '--dry-run');
        assert.equal(status, 0, err);
        const given = JSON.parse(exported['automations.json'] ?? '[]') as Record<string, unknown[]>[];
        const lists = ['actions', 'actions_on_trigger', 'actions_on_resolve'];
        const count = given.reduce((sum, one) => sum + lists.reduce((of, list) => of + (one[list]?.length ?? 0), 0), 0);
        assert.equal(
          out.match(/^ {2}actions\S* {2}[\w-]+: .*(?:target of the block|automation|a job in) /gm)?.length,
          count,
        );
      });
      for (const change of ['created', 'unchanged']) {
        await check(`watchfire apply loads the export: ${COUNT} ${change}`, async () => {
          const { status, out, err } = await apply('automations.json', 'all', '--output', 'json');
          assert.equal(status, 0, err);
          assert.deepEqual(
            JSON.parse(out).map((one: { change: string }) => one.change),
            new Array(COUNT).fill(change),
          );
        });
      }
      await check(
        'one alone loads, and what "prefect automation inspect" prints while its lines are whole',
        async () => {
          for (const name of ['one.json', 'short.yaml', 'twins.json']) {
            const { status, err } = await apply(name, 'inspected');
            assert.equal(status, 0, err);
          }
          // The one alone is the short one, which stands first.
          assert.equal(await redis.hlen('{inspected}:automations'), 3);
          for (const name of ['long.yaml', 'long.json']) {
            const { status, err } = await apply(name, 'broken');
            assert.deepEqual([status, /prefect api POST \/automations\/filter/.test(err)], [1, true], err);
          }
        },
      );
      await check('watchfire send takes its events', async () => {
        const { status, out, err } = await watchfire(url, 'send', '--file', file('events.json'), '--namespace', 'all');
        assert.deepEqual([status, /sent 2 events .* 0 rejected/.test(out)], [0, true], err);
      });
      await check(write ? 'the fixtures are written' : 'the fixtures are what it exports', async () => {
        for (const [name, text] of Object.entries(exported)) {
          const fixture = path.join(FIXTURES, name);
          if (write) await writeFile(fixture, text);
          assert.deepEqual(essence(name, await readFile(fixture, 'utf8')), essence(name, text), name);
        }
      });
      await proveHandlers(check, prefect, server, dir);
      await proveWebsocket(check, prefect, server, dir);
    } finally {
      await prefect.stop();
    }
  });
}

async function main(): Promise<number> {
  const options = commandLine(USAGE, () => {
    const { values } = parseArgs({ options: { python: { type: 'string' }, write: { type: 'boolean' } } });
    return { python: values.python ?? null, write: values.write ?? false };
  });
  return await staged((dir, server) => prove(dir, server, options));
}

process.exitCode = await main();
