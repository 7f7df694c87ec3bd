/**
 * Writes src/documents, the types of what programs give and get, from the zod schemas: what `describe` says becomes the comment of the
 * field. Types inferred from the schemas would lose it. `sh scripts/node.sh scripts/documents.ts`
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { settingsSchema } from '../src/config.ts';
import { actionDocument, keepAge, keepCount, queueAction, queueOptions, strategy } from '../src/model/action.ts';
import { activeHours } from '../src/model/active-hours.ts';
import { automationDocument } from '../src/model/automation.ts';
import { groupDocument } from '../src/model/carried-actions.ts';
import { duration, eventLevel, resolveLevel } from '../src/model/event-level.ts';
import { eventInput, eventOutput, payload, relatedResource, resource } from '../src/model/event-schema.ts';
import { patternObject } from '../src/model/pattern.ts';
import { storyDocument } from '../src/model/story.ts';
import { compoundDocument, sequenceDocument, triggerDocument } from '../src/model/trigger.ts';
import {
  budgetSummary,
  childFiring,
  eventReference,
  firingDocument,
  heldKey,
  jobChildFiring,
  jobFiring,
  jobGroup,
  triggeredAction,
} from '../src/model/triggered-action.ts';
import { keyName, scenarioDocument, stepDocument } from '../src/simulation/scenario.ts';

const root = path.join(import.meta.dirname, '..');
const FOLDER = path.join(root, 'src', 'documents');

/** Types that follow from others and not from a schema. */
const GIVEN_TOO = `
/** A reaction: a job in a queue of yours, or an action of your own type. \`action.queue\` tells them apart. */
export type ActionDocument = QueueAction | FreeAction;
`;

const TRIGGERS_TOO = `
/** A trigger as people write it. */
export type TriggerDocument = EventTriggerDocument | CompoundDocument | SequenceDocument;
`;

const GOT_TOO = `
/** A firing inside a composite's. */
export type ChildFiringDocument = Omit<FiringDocument, 'decided' | 'reminder' | 'triggering_events' | 'events_counted'> & {
  /** Wall clock when it was decided */
  decided?: string;
};

/** The same in a job. */
export type JobChildFiringDocument = Omit<ChildFiringDocument, 'triggering_event' | 'triggering_firings'> & {
  /** The event that it fired at, by its id where it stands elsewhere in the job; null where an absence came to its end */
  triggering_event: EventDocument | EventReference | null;
  /** Child firings in declared order */
  triggering_firings: readonly JobChildFiringDocument[];
};

/**
 * What a job holds: everything its handler needs, so that later edits of the automation change nothing. \`data\` tells the two kinds
 * apart: only the job of a queue action has it.
 */
export type TriggeredAction = TriggeredQueueAction | TriggeredFreeAction;

/** What the job of a queue action holds. */
export type TriggeredQueueAction = TriggeredFields & {
  /** The action as the automation has it */
  action: QueueAction;
  /** The data of the action */
  data: Readonly<Record<string, unknown>>;
};

/** What the job of any other action holds. */
export type TriggeredFreeAction = TriggeredFields & {
  /** The action as the automation has it */
  action: FreeAction;
  data?: never;
};
`;

/** Schemas with a name of their own; `what` is left out where the type is written by hand. */
const NAMED = new Map<z.core.$ZodType, Readonly<{ name: string; what?: string }>>([
  [duration, { name: 'DurationInput' }],
  [payload, { name: 'Payload' }],
  [resource, { name: 'Resource' }],
  [relatedResource, { name: 'RelatedResource' }],
  [actionDocument, { name: 'ActionDocument' }],
  [triggerDocument, { name: 'TriggerDocument' }],
  [eventInput, { name: 'EventInput', what: 'An event as senders write it.' }],
  [eventOutput, { name: 'EventDocument', what: 'A complete event.' }],
  [automationDocument, { name: 'AutomationDocument', what: 'An automation as people write it.' }],
  [patternObject, { name: 'PatternDocument', what: 'What an event of a list must be like, beyond its name.' }],
  [resolveLevel, { name: 'ResolveDocument', what: 'When the alert of a Reactive trigger ends.' }],
  [eventLevel, { name: 'EventTriggerDocument', what: 'A trigger that watches events.' }],
  [compoundDocument, { name: 'CompoundDocument', what: 'A trigger that combines others, in any order.' }],
  [sequenceDocument, { name: 'SequenceDocument', what: 'A trigger that combines others, one after another.' }],
  [activeHours, { name: 'ActiveHoursDocument', what: 'When actions may go out, by the clock on a wall.' }],
  [groupDocument, { name: 'GroupDocument', what: 'Which firings go out together, and when.' }],
  [queueAction, { name: 'QueueAction', what: 'An action that adds a job to a BullMQ queue of yours.' }],
  [queueOptions, { name: 'QueueOptions', what: 'The options of a job that an automation may set.' }],
  [strategy, { name: 'BackoffStrategy', what: 'How long to wait between tries.' }],
  [keepCount, { name: 'KeepCount', what: 'Keeps so many finished jobs.' }],
  [keepAge, { name: 'KeepAge', what: 'Keeps finished jobs so long.' }],
  [storyDocument, { name: 'StoryDocument', what: 'What a firing was made of.' }],
  [firingDocument, { name: 'FiringDocument', what: 'A firing as handlers see it.' }],
  [childFiring, { name: 'ChildFiringDocument' }],
  [eventReference, { name: 'EventReference', what: 'An event whose document stands elsewhere in the same job.' }],
  [jobFiring, { name: 'JobFiringDocument', what: 'A firing as it stands in a job, where each event stands once.' }],
  [jobChildFiring, { name: 'JobChildFiringDocument' }],
  [jobGroup, { name: 'JobGroupDocument', what: 'Firings that go out together.' }],
  [heldKey, { name: 'HeldKeyDocument', what: 'A key of which firings were held back.' }],
  [budgetSummary, { name: 'BudgetSummaryDocument', what: 'What a budget held back while it was closed.' }],
  [triggeredAction, { name: 'TriggeredFields', what: 'What every job holds.' }],
  [
    scenarioDocument,
    { name: 'ScenarioDocument', what: 'A scenario for `simulate`: automations, and what happens to them.' },
  ],
  [
    stepDocument,
    {
      name: 'ScenarioStep',
      what:
        'One step of a scenario. Time stands still until the next one. `at` by itself decides nothing: deadlines that have passed are ' +
        'decided in a step with `tick: true`, with an event, or with a change of automations.',
    },
  ],
  [keyName, { name: 'KeyOfAutomation', what: 'A key of an automation.' }],
  [settingsSchema, { name: 'Settings', what: 'All settings of an engine.' }],
]);

/** What is only asked for, and what is there when it comes back from JSON. */
const LOOSER: Readonly<Record<string, string>> = {
  Payload: 'Readonly<Record<string, unknown>>',
};

/** Fields that the types written by hand say more exactly. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { TriggeredFields: ['action', 'data'] };

/** Keys that only a related type has. They are named so that a mixture of two types is an error; each of them alone would let it pass. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  // An event in its own form is no CloudEvent, which has open keys: a wrong key is to be seen.
  EventInput: ['specversion'],
  EventTriggerDocument: ['triggers', 'require', 'unless'],
  CompoundDocument: keysOnlyOf(eventLevel, compoundDocument),
  SequenceDocument: ['require', ...keysOnlyOf(eventLevel, compoundDocument)],
};

function keysOnlyOf(one: z.ZodObject, other: z.ZodObject): string[] {
  return Object.keys(one.shape).filter((key) => !(key in other.shape));
}

/** What the definition of a schema may hold, whichever kind it is. */
type Def = Readonly<{
  type: string;
  innerType?: z.core.$ZodType;
  in: z.core.$ZodType;
  getter: () => z.core.$ZodType;
  element: z.core.$ZodType;
  valueType: z.core.$ZodType;
  options: readonly z.core.$ZodType[];
  entries: Readonly<Record<string, string>>;
  values: readonly string[];
  defaultValue: unknown;
}>;
type Way = 'given' | 'got';

function defOf(schema: z.core.$ZodType): Def {
  return schema._zod.def as unknown as Def;
}

function named(schema: z.core.$ZodType): { name: string; what?: string } | undefined {
  const known = NAMED.get(schema);
  if (known) return known;
  const { parent } = schema._zod;
  return parent ? named(parent) : undefined;
}

function typeOf(schema: z.core.$ZodType, way: Way): string {
  const known = named(schema)?.name;
  if (known) return (way === 'got' && LOOSER[known]) || known;
  const def = defOf(schema);
  const inner = (of = def.innerType): string => (of ? typeOf(of, way) : 'never');
  switch (def.type) {
    case 'optional':
    case 'default':
      return inner();
    case 'nullable':
      return `${inner()} | null`;
    case 'pipe':
      return inner(def.in);
    case 'lazy':
      return inner(def.getter());
    case 'array':
      return `readonly (${inner(def.element)})[]`;
    case 'record':
      return `Readonly<Record<string, ${inner(def.valueType)}>>`;
    case 'union':
      return def.options.map(inner).join(' | ');
    case 'enum':
      return Object.values(def.entries)
        .map((value) => `'${value}'`)
        .join(' | ');
    case 'literal':
      return def.values.map((value) => `'${value}'`).join(' | ');
    case 'string':
    case 'number':
    case 'boolean':
    case 'unknown':
      return def.type;
    default:
      throw new Error(`no type is known for ${def.type}`);
  }
}

/** What a schema says of itself, or what it is wrapped around. */
function descriptionOf(schema: z.core.$ZodType): string | undefined {
  const inner = defOf(schema).innerType;
  return z.globalRegistry.get(schema)?.description ?? (inner && descriptionOf(inner));
}

function defaultOf(schema: z.core.$ZodType): string {
  const def = defOf(schema);
  return def.type === 'default' ? `. Default: ${JSON.stringify(def.defaultValue)}` : '';
}

function isOptional(schema: z.core.$ZodType): boolean {
  const { type, innerType } = defOf(schema);
  return type === 'optional' || type === 'default' || (innerType !== undefined && isOptional(innerType));
}

function objectType(schema: z.core.$ZodObject, name: string, way: Way): string {
  const readonly = name === 'Settings' || way === 'given' ? 'readonly ' : '';
  const fields = Object.entries(schema._zod.def.shape).filter(([key]) => !LEFT_OUT[name]?.includes(key));
  return fields
    .map(([key, field]) => {
      const description = descriptionOf(field);
      if (description === undefined) throw new Error(`${name}.${key} has no description`);
      const optional = name !== 'Settings' && isOptional(field) ? '?' : '';
      return `  /** ${description}${defaultOf(field)} */\n  ${readonly}${key}${optional}: ${typeOf(field, way)};\n`;
    })
    .join('');
}

const GOT =
  'EventDocument StoryDocument FiringDocument ChildFiringDocument EventReference ' +
  'JobFiringDocument JobGroupDocument HeldKeyDocument BudgetSummaryDocument TriggeredFields';
const TRIGGERS = ['PatternDocument', 'ResolveDocument', 'EventTriggerDocument', 'CompoundDocument', 'SequenceDocument'];

type File = 'given' | 'triggers' | 'got';

function fileOf(name: string): File {
  if (GOT.split(' ').includes(name)) return 'got';
  return TRIGGERS.includes(name) ? 'triggers' : 'given';
}

const DO_NOT_EDIT =
  'Written by scripts/documents.ts from the schemas, which are what is checked at run time: do not edit.';

/** The text of a file, formatted. */
function file(imports: string, more: string, which: File): string {
  const way = which === 'got' ? 'got' : 'given';
  const types = [...NAMED].flatMap(([schema, { name, what }]) => {
    if (what === undefined || fileOf(name) !== which) return [];
    const last = (REFUSED[name] ?? []).map((key) => `  readonly ${key}?: never;\n`).join('');
    return [
      `/** ${what} */\nexport type ${name} = {\n${objectType(schema as z.core.$ZodObject, name, way)}${last}};\n`,
    ];
  });
  const text = [`/* ${DO_NOT_EDIT} */\n\n${imports}`, ...types].join('\n') + more;
  const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
  const parameters = [biome, 'format', '--stdin-file-path=src/documents/given.ts'];
  return execFileSync(process.execPath, parameters, { cwd: root, input: text, encoding: 'utf8' });
}

/** The files by their names: what programs give, and what they get. */
export function documents(): Readonly<Record<string, string>> {
  return {
    'given.ts': file(
      "import type { FreeAction, Payload, RelatedResource, Resource } from './basics.ts';\n" +
        "import type { TriggerDocument } from './triggers.ts';\n",
      GIVEN_TOO,
      'given',
    ),
    'triggers.ts': file("import type { DurationInput } from './basics.ts';\n", TRIGGERS_TOO, 'triggers'),
    'got.ts': file(
      "import type { FreeAction, RelatedResource, Resource } from './basics.ts';\n" +
        "import type { AutomationDocument, QueueAction } from './given.ts';\n" +
        "import type { TriggerDocument } from './triggers.ts';\n",
      GOT_TOO,
      'got',
    ),
  };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(documents())) writeFileSync(path.join(FOLDER, name), text);
}
