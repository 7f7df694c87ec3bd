import { z } from 'zod';
import { conditionText } from './condition.ts';
import { closed } from './issue.ts';
import { patternList } from './pattern.ts';
import { FOR_EACH_LIMIT, matchDocument, matchRelatedDocument, pattern } from './spec.ts';

/*
 * One level of a trigger tree. What has reasons or places of its own (lists, specs, durations, children) is described here for those who
 * read the published form, and read by functions; the rest of a level is read by its schema.
 */

export const names = z.array(pattern).max(FOR_EACH_LIMIT);
export const duration = z.union([z.number(), z.string()]);

/** Most events that a firing brings (rules 17). */
export const COLLECT_LIMIT = 100;

/** When the alert of a Reactive trigger ends. */
export const resolveLevel = closed({
  on: patternList.default([]).describe('Events that end it: patterns, as in "expect"'),
  after: duration.optional().describe('It ends when no expected event has come for so long'),
});

export const eventLevel = closed({
  type: z
    .literal('event')
    .optional()
    .describe('A trigger of events; without it the other keys tell which kind is meant'),
  id: z.unknown().optional().describe('Accepted, no effect'),
  posture: z
    .enum(['Reactive', 'Proactive'], 'must be "Reactive" or "Proactive"')
    .default('Reactive')
    .describe('Reactive: fires when events come. Proactive: fires when they do not come in time'),
  match: matchDocument.default({}).describe('Labels of the primary resource: label -> pattern or list of patterns'),
  match_related: matchRelatedDocument
    .default({})
    .describe('The same for related resources; each map of a list must find its resource'),
  where: conditionText
    .optional()
    .describe('A condition in CEL that holds for every event of the trigger, such as payload.total > 1000'),
  after: patternList.default([]).describe('Arming events: patterns of their names, or objects that say more'),
  expect: patternList
    .default([])
    .describe('Expected events: patterns of their names, or objects that say more; none means any event'),
  reset: patternList.default([]).describe('Events that end the window of their key: counting begins anew'),
  for_each: names
    .default([])
    .describe('Labels, or payload.<path>, whose values make up the key: each key has its own window'),
  threshold: z
    .number()
    .min(0)
    .default(1)
    .describe('How many expected events are needed, or different values with "distinct"; with "sum": how much'),
  distinct: conditionText
    .optional()
    .describe('What is counted: how many different values this CEL expression has, such as payload.ip'),
  sum: conditionText
    .optional()
    .describe('What is counted: the sum of what this CEL expression gives, such as payload.amount'),
  within: duration
    .default(0)
    .describe('Length of the window: seconds, or text such as 30s, 1h30m, 10 minutes, PT1H, 0:05:00'),
  window: z
    .enum(['tumbling', 'sliding'])
    .default('tumbling')
    .describe('sliding: any stretch of the length "within"; tumbling: one window after another (Reactive)'),
  cooldown: duration
    .optional()
    .describe(
      'How long a key is quiet after a firing; sliding windows without "resolve": as long as "within" (Reactive)',
    ),
  resolve: resolveLevel
    .optional()
    .describe('Gives the key an alert that ends; meanwhile it does not fire again (Reactive, root)'),
  remind: duration
    .optional()
    .describe('Fires again so often while the alert lasts (root; with "resolve", or Proactive with "after")'),
  remind_limit: z.int().min(1).optional().describe('Most reminders of one alert'),
  collect: z
    .int()
    .min(0)
    .max(COLLECT_LIMIT)
    .default(0)
    .describe('How many of the last events of its window a firing brings (root)'),
  repeat: z
    .boolean('must be true or false')
    .optional()
    .describe(
      'false: alert only once in a silence (Proactive without "after"). Without it: true, or false where there is "for_each"',
    ),
});
