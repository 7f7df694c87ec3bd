import { describe, expect, test } from 'vitest';
import { DEFAULT_QUEUE, DELIVERIES, parseAction, queueOf } from '../../../src/model/action.ts';
import { mapped } from '../../../src/model/prefect-actions.ts';
import { refusal } from './entries.ts';

const reason = (document: unknown): string => refusal(() => parseAction(document, 'actions[0]'));

const sound: object[] = [
  { type: 'webhook', url: 'https://example.com/x' },
  {
    type: 'webhook',
    target: 'hook',
    method: 'PUT',
    headers: { 'x-a': 'b' },
    body: [1],
    timeout: '30s',
    retry: { attempts: 3, delay: '1m' },
  },
  { type: 'webhook', url: '{{ event.payload.url }}', format: 'cloudevents', schedule_after: '5m' },
  { type: 'notify', target: 'ops', subject: 's', body: '', severity: 'critical' },
  {
    type: 'event',
    event: 'x',
    resource: { id: 'r' },
    related: [{ id: 'r', role: 'x' }],
    payload: {},
    occurred: 5,
    stream: 's',
  },
  { type: 'pause', automation: 'self', reason: 'r' },
  { type: 'resume', automation: 'a' },
  { type: 'log', message: 'm', level: 'error' },
];

test.each(sound)('%j is taken as it is, and carried out', (document) => {
  expect(parseAction(document, 'actions[0]')).toBe(document);
  expect(queueOf(document as never)).toBe(DELIVERIES);
});

describe('an action that is carried out is refused with the place and the reason', () => {
  const url = { type: 'webhook', url: 'https://x.example' };
  test.each<[object, string]>([
    [{ type: 'webhook' }, '.url: must be said, or a "target", and not both'],
    [{ ...url, target: 'x' }, '.url: must be said, or a "target", and not both'],
    [{ type: 'webhook', url: 'ftp://x' }, '.url: must be an http or https URL'],
    [{ type: 'webhook', url: 'https://u:p@x' }, '.url: must hold no user and no password'],
    [{ ...url, method: 'post' }, '.method: must be one of POST, PUT, PATCH, DELETE, GET'],
    [
      { ...url, headers: { Host: 'x' } },
      '.headers: must hold names of headers, and none that belongs to the connection or the delivery',
    ],
    [
      { ...url, headers: { 'Webhook-Signature': 'x' } },
      '.headers: must hold names of headers, and none that belongs to the connection or the delivery',
    ],
    [
      { ...url, headers: { 'a b': 'x' } },
      '.headers: must hold names of headers, and none that belongs to the connection or the delivery',
    ],
    [{ ...url, headers: { a: 5 } }, '.headers.a: must be a string'],
    [{ ...url, format: 'xml' }, '.format: must be "json" or "cloudevents"'],
    [{ ...url, timeout: '1h' }, '.timeout: must be a duration from 0.001 s to 300 s'],
    [{ ...url, timeout: 0 }, '.timeout: must be a duration from 0.001 s to 300 s'],
    [{ ...url, retry: { attempts: 0 } }, '.retry.attempts: must be a whole number from 1 to 1000'],
    [{ ...url, retry: { delay: '2d' } }, '.retry.delay: must be a duration from 0 s to 86400 s'],
    [{ ...url, retry: { backoff: 5 } }, '.retry.backoff: unknown key'],
    [{ ...url, schedule_after: 'soon' }, '.schedule_after: must be a duration'],
    [{ ...url, secret: 'x' }, '.secret: unknown key'],
    [{ type: 'notify' }, '.target: is required'],
    [{ type: 'notify', target: 'x', severity: 'high' }, '.severity: must be one of critical, error, warning, info'],
    [{ type: 'event', event: 'x' }, '.resource: is required'],
    [{ type: 'event', event: 'x', resource: { id: 5 } }, '.resource.id: must be a string'],
    [{ type: 'pause' }, '.automation: is required'],
    [{ type: 'log', message: 'x', level: 'loud' }, '.level: must be one of trace, debug, info, warn, error'],
  ])('%j', (document, expected) => {
    expect(reason(document)).toBe(`actions[0]${expected}`);
  });
});

describe('actions of Prefect', () => {
  test.each<[object, unknown]>([
    [
      { type: 'send-notification', block_document_id: 'b', subject: 's', body: 'x' },
      { type: 'notify', target: 'block:b', subject: 's', body: 'x' },
    ],
    [
      { type: 'call-webhook', block_document_id: 'b', payload: 'p' },
      { type: 'webhook', target: 'block:b', body: 'p' },
    ],
    [
      { type: 'pause-automation', source: 'selected', automation_id: 'a', schedule_after: 5 },
      { type: 'pause', automation: 'a', schedule_after: 5 },
    ],
    [
      { type: 'resume-automation', source: 'inferred' },
      { type: 'resume', automation: '{{ event.resource.id | remove_first: "prefect.automation." }}' },
    ],
    [{ type: 'call-webhook' }, 'has no block_document_id'],
    [{ type: 'pause-automation', source: 'selected' }, 'has no automation_id'],
  ])('%j is carried out as %j', (action, own) => {
    expect(mapped(action as never)).toEqual(own);
    expect(queueOf(action as never)).toBe(DELIVERIES);
  });

  test('that are not mapped stay jobs', () => {
    for (const type of ['run-deployment', 'cancel-flow-run', 'do-nothing']) {
      expect(queueOf({ type } as never)).toBe(DEFAULT_QUEUE);
    }
  });
});

test('a type that somebody announced is carried out', () => {
  expect(queueOf({ type: 'page' } as never, (type) => type === 'page')).toBe(DELIVERIES);
  expect(queueOf({ type: 'page' } as never)).toBe(DEFAULT_QUEUE);
});
