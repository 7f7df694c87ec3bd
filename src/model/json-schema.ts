import { z } from 'zod';
import { automationDocument } from './automation.ts';
import { eventInput } from './event-schema.ts';
import { sourcesDocument } from './source.ts';
import { testFileDocument } from './test-file.ts';
import { firingDocument, triggeredAction } from './triggered-action.ts';

export type SchemaName = 'event' | 'automation' | 'firing' | 'triggered-action' | 'test' | 'sources';

/** JSON Schemas (draft 2020-12) of what people send and get, by name. A fresh object at each call. */
export function schemas(): Record<SchemaName, Record<string, unknown>> {
  return {
    event: published(eventInput, 'Event', 'An event as senders write it'),
    automation: published(automationDocument, 'Automation', 'An automation as people write it'),
    firing: published(firingDocument, 'Firing', 'A firing as handlers see it'),
    'triggered-action': published(triggeredAction, 'Triggered action', 'What the job of an action holds'),
    test: published(testFileDocument, 'Tests', 'A file of tests for watchfire test'),
    sources: published(sourcesDocument, 'Sources', 'A file of sources, from which events are brought in'),
  };
}

function published(schema: z.ZodType, title: string, description: string): Record<string, unknown> {
  return { title, description, ...z.toJSONSchema(schema, { io: 'input' }) };
}
