import type { ActionDocument } from '../documents/given.ts';
import type { Watchfire } from '../engine.ts';
import type { Automation } from '../model/automation.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Drafts } from './drafts.ts';
import type { KeptAnswers } from './kept.ts';
import type { Replays } from './replays.ts';

/** Something wrong, or hardly meant, in a text. Lines and columns begin with 1. */
export type DraftProblem = Readonly<{
  severity: 'error' | 'warning' | 'note';
  line: number;
  column: number;
  width: number;
  path: string;
  message: string;
}>;

/** What is to become of one automation of a text. `document`: what is to be put; null where nothing is. */
export type DraftChange = Readonly<{
  change: 'created' | 'updated' | 'unchanged';
  id: string;
  name: string;
  keys: readonly string[];
  document: object | null;
  automation: Automation;
}>;

/** A text of automations, read beside those that stand there. Without problems of severity `error` all of it may be put. */
export type TextDraft = Readonly<{ problems: readonly DraftProblem[]; changes: readonly DraftChange[] }>;

/** What the thread is given that reads texts: one, and then those of the automations that stand there which it asks for. */
export type DraftAsked =
  | Readonly<{ kind: 'text'; text: string }>
  | Readonly<{ kind: 'stored'; stored: readonly Automation[] }>;

/** What it says: which automations its text names, and what came of it. */
export type DraftSaid =
  | Readonly<{ kind: 'names'; ids: readonly string[]; names: readonly string[] }>
  | Readonly<{ kind: 'read'; draft: TextDraft }>
  | Readonly<{ kind: 'failed'; message: string }>;

/** What the command line knows of texts and words, so that the console says the same. */
export type ConsoleTools = Readonly<{
  version: string;
  /** The program of the thread that reads texts of automations. */
  draftThread: URL;
  text: (document: unknown) => string;
  triggerInWords: (trigger: Trigger) => string;
  actionsInWords: (actions: readonly ActionDocument[]) => string;
}>;

/** What the routes of the console work with. */
export type Desk = Readonly<{
  watchfire: Watchfire;
  tools: ConsoleTools;
  /** Answers that several pages, and several people, ask for at the same time. */
  kept: KeptAnswers;
  replays: Replays;
  drafts: Drafts;
}>;
