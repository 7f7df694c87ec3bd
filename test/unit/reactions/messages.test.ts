import { describe, expect, test } from 'vitest';
import { type MessageKind, type MessageLink, messageRequest } from '../../../src/reactions/messages.ts';
import type { MessageTarget } from '../../../src/reactions/target.ts';

const url = 'https://example.com/topic';
const TARGETS: { [Kind in MessageKind]: Extract<MessageTarget, { kind: Kind }> } = {
  slack: { kind: 'slack', url },
  discord: { kind: 'discord', url },
  teams: { kind: 'teams', url },
  pagerduty: { kind: 'pagerduty', routing_key: 'k' },
  opsgenie: { kind: 'opsgenie', api_key: 'k' },
  telegram: { kind: 'telegram', token: 't', chat_id: 'c' },
  ntfy: { kind: 'ntfy', url },
};

const KINDS = Object.keys(TARGETS) as MessageKind[];

/** What the services take, in bytes of the whole request. */
const MOST_BYTES: Readonly<Record<MessageKind, number>> = {
  slack: 60_000,
  discord: 13_000,
  teams: 28_000,
  pagerduty: 512_000,
  opsgenie: 150_000,
  telegram: 26_000,
  ntfy: 8_000,
};

function told(
  kind: MessageKind,
  text: string,
  labels: Readonly<Record<string, string>> = {},
  links?: readonly MessageLink[],
): string {
  const request = messageRequest(TARGETS[kind], {
    subject: text,
    body: text,
    severity: undefined,
    key: 'k',
    open: true,
    at: '2026-03-02T09:00:00.000Z',
    automation: { id: 'a', name: 'A' },
    labels,
    ...(links && { links }),
  });
  return JSON.stringify(request.body);
}

describe.each(KINDS)('a message to %s', (kind) => {
  test.each(['x', '&', '\0', 'é', '🔥'])('of a million %j is cut to what the service takes', (character) => {
    const text = character.repeat(1_000_000 / character.length);
    const body = told(kind, text, Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`label${i}`, text])));
    expect(Buffer.byteLength(body)).toBeLessThan(MOST_BYTES[kind]);
    expect(body).toContain('…');
    expect(body.isWellFormed()).toBe(true);
  });

  test('that is short comes whole', () => {
    expect(told(kind, 'order 7 failed')).toContain('order 7 failed');
  });
});

test.each(['discord', 'teams'] as const)('a message to %s shows where its links lead', (kind) => {
  expect(told(kind, '[our page](https://evil.example)')).not.toContain('](');
});

test('details of PagerDuty are those of the message, whatever labels are named', () => {
  const body: unknown = JSON.parse(told('pagerduty', 'failed', { text: 'fine', automation: 'other', id: 'r' }));
  expect(body).toMatchObject({ payload: { custom_details: { text: 'failed', automation: 'A', id: 'r' } } });
});

/** Links as long as they may be. */
const LINKS = ['ack', 'snooze'].map((act) => ({
  text: act,
  url: `https://x.example/${'p'.repeat(182)}/alerts/${act}?t=${'x'.repeat(600)}`,
}));

test.each([
  ['slack', '<URL|ack> · <'],
  ['discord', '\\n[ack](<URL>)\\n[snooze](<'],
  ['teams', '{"type":"Action.OpenUrl","title":"ack","url":"URL"}'],
  ['pagerduty', '"links":[{"href":"URL","text":"ack"},'],
  ['opsgenie', '\\nack: URL\\nsnooze: '],
  ['telegram', '\\nack: URL\\nsnooze: '],
  ['ntfy', '"actions":[{"action":"view","label":"ack","url":"URL"},'],
] as const)('a message to %s holds its links whole, however long its text is', (kind, form) => {
  const body = told(kind, '\u{1f525}'.repeat(100_000), {}, LINKS);
  expect(body).toContain(form.replace('URL', LINKS[0]?.url ?? ''));
  expect(body).toContain(LINKS[1]?.url);
  expect(Buffer.byteLength(body)).toBeLessThan(MOST_BYTES[kind]);
  if (kind === 'discord') expect((JSON.parse(body) as { content: string }).content).toHaveLength(2_000);
});
