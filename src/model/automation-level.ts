import { z } from 'zod';
import { actionDocument } from './action.ts';
import { activeHours } from './active-hours.ts';
import { closed } from './issue.ts';
import { LIST_LIMIT } from './spec.ts';
import { triggerDocument } from './trigger.ts';

const text = z.string('is required').min(1, 'is required');
const flag = z.boolean('must be true or false');

/** `shadow`: it decides as ever, and makes no jobs and no state-change events. */
export const automationMode = z.enum(['live', 'shadow'], 'must be "live" or "shadow"');

/** Most firings a minute that a budget counts: each is remembered by its id for an hour. */
const LARGEST_BUDGET = 10_000;

const budget = `must be a whole number from 1 to ${LARGEST_BUDGET}, or "none"`;

/** The automation itself; its trigger and actions are checked on their own, each with its path. */
export const automationLevel = closed({
  id: text.describe('Names the automation; putting another document with this id replaces it'),
  name: text.describe('For people'),
  description: z.unknown().optional().describe('Accepted, no effect'),
  tags: z.unknown().optional().describe('Accepted, no effect'),
  owner_resource: z.unknown().optional().describe('Accepted, no effect'),
  created: z.unknown().optional().describe('Accepted, no effect'),
  updated: z.unknown().optional().describe('Accepted, no effect'),
  account: z.unknown().optional().describe('Accepted, no effect'),
  workspace: z.unknown().optional().describe('Accepted, no effect'),
  enabled: flag.default(true).describe('false: it does not fire'),
  mode: automationMode
    .optional()
    .describe(
      'shadow: it decides as ever, but makes no jobs and no state-change events. Without it: as it stands, and live when it is new',
    ),
  budget: z
    .union([z.int().min(1).max(LARGEST_BUDGET), z.literal('none')], budget)
    .optional()
    .describe(
      'How many firings a minute make jobs; more are held back, and a summary says so. Without it: 100, of those whose actions are carried out',
    ),
  active: activeHours.optional().describe('When its actions may go out; always'),
  trigger: z.unknown().optional().describe('What it fires at'),
  actions: z.unknown().optional(),
  actions_on_trigger: z.unknown().optional().describe('What it fires at'),
  actions_on_resolve: z.unknown().optional(),
  allow_self_trigger: flag.default(false).describe('true: sees the events its own firings cause'),
});

const actionList = z.array(actionDocument).max(LIST_LIMIT).default([]);

/** Published form of an automation (rules 5.1). */
export const automationDocument = automationLevel.extend({
  trigger: z.lazy(() => triggerDocument).describe('What it fires at'),
  actions: actionList.describe('When it fires'),
  actions_on_trigger: actionList.describe('When it fires, about the state-change event'),
  actions_on_resolve: actionList.describe('When its alert ends'),
});
