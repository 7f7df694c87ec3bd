import { describe, expect, test } from 'vitest';
import { parseAction } from '../../../src/model/action.ts';
import { refusal } from './entries.ts';

const queue = { type: 'queue', queue: 'mails' };
const withOpts = (opts: unknown): object => ({ ...queue, opts });

const reason = (document: unknown): string => refusal(() => parseAction(document, 'actions[0]'));

test.each<[object]>([
  [queue],
  [{ ...queue, name: 'send', data: { to: 'x', nested: [null] } }],
  [withOpts({})],
  [withOpts({ delay: 0, attempts: 3, backoff: 1000, priority: 2_097_151, removeOnComplete: true, removeOnFail: 10 })],
  [
    withOpts({
      backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
      removeOnComplete: { age: 60, count: 5, limit: 10 },
    }),
  ],
  [withOpts({ backoff: { type: 'ours' }, removeOnFail: { count: 5 } })],
  [{ type: 'do-nothing' }],
  [{ ...queue, schedule_after: null }],
  [{ type: 'run-deployment', schedule_after: 0 }],
  [{ type: 'run-deployment', schedule_after: 'PT5M' }],
  [{ type: 'run-deployment', schedule_after: null }],
  [{ type: 'run-deployment', queue: 5, opts: 'free', deployment_id: '1', job_variables: null }],
])('%j is taken as it is', (document) => {
  expect(parseAction(document, 'actions[0]')).toBe(document);
});

describe('an action is refused with the place and the reason', () => {
  const jobs = 'must be true, false, a number of jobs or {age, count, limit}';
  const backoff = 'must be milliseconds or {type, delay, jitter}';
  const whole = 'must be a whole number, 0 or more';
  const priority = 'must be a whole number from 0 to 2097151';
  test.each<[unknown, string]>([
    [null, ': must be an object'],
    ['queue', ': must be an object'],
    [[], ': must be an object'],
    [{}, '.type: is required'],
    [{ type: '' }, '.type: is required'],
    [{ type: 5 }, '.type: is required'],
    [{ type: 'queue' }, '.queue: is required'],
    [{ type: 'queue', queue: null }, '.queue: must be a non-empty string'],
    [{ type: 'queue', queue: '' }, '.queue: must be a non-empty string'],
    [{ type: 'queue', queue: 'a:b' }, '.queue: must not contain ":"'],
    [{ ...queue, name: '' }, '.name: must be a non-empty string'],
    [{ ...queue, name: null }, '.name: must be a non-empty string'],
    [{ ...queue, data: [] }, '.data: must be an object'],
    [{ ...queue, data: 'x' }, '.data: must be an object'],
    [{ ...queue, jobId: 'x' }, '.jobId: unknown key'],
    [{ ...queue, schedule_after: 5 }, '.schedule_after: unknown key'],
    [{ type: 'x', schedule_after: 'soon' }, '.schedule_after: must be a duration'],
    [{ type: 'x', schedule_after: -1 }, '.schedule_after: must not be negative'],
    [{ type: 'x', schedule_after: '400000d' }, '.schedule_after: must not be longer than 365000 days'],
    [withOpts(null), '.opts: must be an object'],
    [withOpts({ jobId: 'x' }), '.opts.jobId: unknown key'],
    [withOpts({ deduplication: {} }), '.opts.deduplication: unknown key'],
    [withOpts({ delay: -1 }), `.opts.delay: ${whole}`],
    [withOpts({ delay: '5' }), `.opts.delay: ${whole}`],
    [withOpts({ attempts: 1.5 }), `.opts.attempts: ${whole}`],
    [withOpts({ priority: 2_097_152 }), `.opts.priority: ${priority}`],
    [withOpts({ priority: 0.5 }), `.opts.priority: ${priority}`],
    [withOpts({ backoff: {} }), `.opts.backoff: ${backoff}`],
    [withOpts({ backoff: { type: 'fixed', jitter: 2 } }), '.opts.backoff.jitter: must be a number from 0 to 1'],
    [withOpts({ removeOnComplete: 'yes' }), `.opts.removeOnComplete: ${jobs}`],
    [withOpts({ removeOnFail: { limit: 5 } }), `.opts.removeOnFail: ${jobs}`],
  ])('%j: %s', (document, expected) => {
    expect(reason(document)).toBe(`actions[0]${expected}`);
  });
});
