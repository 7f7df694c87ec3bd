import { z } from 'zod';
import type { TriggeredAction } from '../documents/got.ts';
import { InvalidDocument } from '../errors.ts';
import { isCarriedType } from '../model/carried-actions.ts';
import { joinPath } from '../model/issue.ts';
import { isMappedType } from '../model/prefect-actions.ts';
import { isRecord } from '../model/record.ts';
import { FailedForGood } from '../relay/outcome.ts';

/** One action to carry out. */
export type ActionJob = Readonly<{
  /** Of the job, the same at every try: give it to systems that recognise repeated requests */
  id: string;
  job: TriggeredAction;
  /** The action as the automation has it */
  action: Readonly<Record<string, unknown>>;
  /** Aborted when the try takes too long */
  signal: AbortSignal;
}>;

/** Carries out one action. What it answers stands in the job; when it throws, the job is tried again, `FailedForGood` ends that. */
export type ActionHandler = (job: ActionJob) => unknown;

/** A JSON Schema, or a schema of a library that can write one (Standard JSON Schema, as zod 4.2 and later). */
export type ActionSchema =
  | Readonly<Record<string, unknown>>
  | Readonly<{
      '~standard': Readonly<{ jsonSchema: Readonly<{ input: (options: { target: 'draft-2020-12' }) => unknown }> }>;
    }>;

/** A type of actions that a program carries out. */
export type Handler = Readonly<{
  schema: Readonly<Record<string, unknown>>;
  check: z.ZodType;
  carryOut: ActionHandler;
}>;

/** @throws InvalidDocument for a type that Watchfire has itself, and for a schema that is none */
export function handlerOf(type: string, schema: ActionSchema, carryOut: ActionHandler): Handler {
  if (type === 'queue' || isCarriedType(type) || isMappedType(type)) {
    throw new InvalidDocument('type', 'is one of Watchfire itself', type);
  }
  const json = jsonSchemaOf(schema);
  return { schema: json, check: checkOf(json), carryOut };
}

function jsonSchemaOf(schema: ActionSchema): Record<string, unknown> {
  const standard = (schema as { '~standard'?: { jsonSchema?: { input?: unknown } } })['~standard']?.jsonSchema?.input;
  const json: unknown = typeof standard === 'function' ? standard({ target: 'draft-2020-12' }) : schema;
  if (!isRecord(json)) throw new InvalidDocument('schema', 'must be a JSON Schema');
  return JSON.parse(JSON.stringify(json)) as Record<string, unknown>;
}

/** What checks documents against a JSON Schema. It is read, never run as code. @throws InvalidDocument */
export function checkOf(schema: Readonly<Record<string, unknown>>): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (error) {
    throw new InvalidDocument('schema', `must be a JSON Schema: ${(error as Error).message}`);
  }
}

/** Checks an action of an announced type at `path`; the keys that Watchfire reads itself need not stand in its schema. Throws InvalidDocument. */
export function checkAnnounced(check: z.ZodType, action: Readonly<Record<string, unknown>>, path: string): void {
  const { schedule_after: _, timeout: __, retry: ___, ...own } = action;
  const { type: ____, ...rest } = own;
  const tries = [action, own, rest].map((value) => parsed(check, value, path));
  if (tries.some(({ success }) => success)) return;
  // What is said of keys that are none of the schema's helps nobody.
  const issues = tries.map(({ error }) => error?.issues ?? []).sort((a, b) => a.length - b.length);
  const problems = (issues[0] ?? []).map(
    ({ path: at, message }) => new InvalidDocument(at.reduce<string>(joinPath, path), message),
  );
  const [first, ...others] = problems;
  if (first) throw InvalidDocument.first([first, ...others]);
}

/** A schema that refers to itself never ends. */
function parsed(check: z.ZodType, value: unknown, path: string): z.ZodSafeParseResult<unknown> {
  try {
    return check.safeParse(value);
  } catch (error) {
    throw new InvalidDocument(path, `cannot be checked by the schema of its type: ${(error as Error).message}`);
  }
}

/** The action of a job, which may be older than the schema. @throws FailedForGood */
export function checkedAction({ check }: Handler, job: TriggeredAction): Readonly<Record<string, unknown>> {
  const action = job.action as Readonly<Record<string, unknown>>;
  try {
    checkAnnounced(check, action, `action ${job.action_index}`);
    return action;
  } catch (error) {
    if (error instanceof InvalidDocument) throw new FailedForGood(error.message);
    throw error;
  }
}
