import type { z } from 'zod';
import type { alertShape } from './alerts.ts';
import type { automationShape, laneShape, lanesShape, listShape } from './automations.ts';
import type { groupShape, groupsShape } from './delivery-groups.ts';
import type { eventAnswerShape, eventsShape, explainedShape, rowShape } from './events.ts';
import type { letterShape } from './failures.ts';
import type { firingsShape, foundShape, stepShape, whyShape } from './firings.ts';
import type { liveShape } from './live.ts';
import type { findingsShape, minutesShape, statusShape } from './overview.ts';
import type { jobShape, queueShape } from './queues.ts';
import type { actsShape, quietShape } from './quiet.ts';
import type { SESSION_ANSWER } from './session.ts';
import type { deliveryShape, firingShape, silenceShape, windowShape } from './shapes.ts';
import type { exampleShape } from './unanswered.ts';
import type { backtestShape, draftShape, progressShape } from './workbench.ts';

/*
 * What the API answers, for the page that asks: the types of what describes and checks it.
 */

export type SessionAnswer = z.output<typeof SESSION_ANSWER>;
export type LiveAnswer = z.output<typeof liveShape>;
export type StatusAnswer = z.output<typeof statusShape>;
export type MinutesAnswer = z.output<typeof minutesShape>;
export type QuietAnswer = z.output<typeof quietShape>;
export type ActsAnswer = z.output<typeof actsShape>;
export type FindingsAnswer = z.output<typeof findingsShape>;
export type AutomationsAnswer = z.output<typeof listShape>;
export type AutomationAnswer = z.output<typeof automationShape>;
export type LanesAnswer = z.output<typeof lanesShape>;
export type LaneAnswer = z.output<typeof laneShape>;
export type WindowAnswer = z.output<typeof windowShape>;
export type FiringAnswer = z.output<typeof firingShape>;
export type FiringsAnswer = z.output<typeof firingsShape>;
export type WhyAnswer = z.output<typeof whyShape>;
export type StepAnswer = z.output<typeof stepShape>;
export type FoundAnswer = z.output<typeof foundShape>;
export type EventRowAnswer = z.output<typeof rowShape>;
export type EventsAnswer = z.output<typeof eventsShape>;
export type EventAnswer = z.output<typeof eventAnswerShape>;
export type ExplainedAnswer = z.output<typeof explainedShape>;
export type AlertAnswer = z.output<typeof alertShape>;
export type AlertsAnswer = Readonly<{ alerts: readonly AlertAnswer[] }>;
export type SilenceAnswer = z.output<typeof silenceShape>;
export type LetterAnswer = z.output<typeof letterShape>;
export type DeliveryAnswer = z.output<typeof deliveryShape>;
export type DeliveryGroupAnswer = z.output<typeof groupShape>;
export type DeliveryGroupsAnswer = z.output<typeof groupsShape>;
export type ExampleAnswer = z.output<typeof exampleShape>;
export type DraftAnswer = z.output<typeof draftShape>;
export type BacktestAnswer = z.output<typeof backtestShape>;
export type ProgressAnswer = z.output<typeof progressShape>;
export type QueueAnswer = z.output<typeof queueShape>;
export type QueueJobAnswer = z.output<typeof jobShape>;
