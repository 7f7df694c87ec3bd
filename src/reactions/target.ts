import { z } from 'zod';
import { checkUrl, SEVERITIES } from '../model/carried-actions.ts';
import { parseDuration } from '../model/duration.ts';
import { closed, required } from '../model/issue.ts';

/*
 * What a target is, by kind: where a message goes, and what it needs to get in. Targets stand in the targets file only.
 */

const text = z.string(required('must be a non-empty string')).min(1, 'must be a non-empty string');

const url = text.refine(isUrl, 'must be an http or https URL without user and password');

function isUrl(value: string): boolean {
  try {
    checkUrl(value, 'url');
    return true;
  } catch {
    return false;
  }
}

const RATE = /^([1-9]\d{0,5})\/(s|m|h)$/;
const common = {
  rate: z
    .string('must be like 60/m')
    .regex(RATE, 'must be like 60/m')
    .optional()
    .describe('Most deliveries in a second (s), minute (m) or hour (h), of all programs together'),
  links: z.boolean('must be true or false').optional().describe('Whether messages of alerts carry signed links'),
};

const people = z.union([text, z.array(text).min(1, 'must name somebody')], 'must be an address or a list of them');

/** Standard Webhooks takes 24 to 64 random bytes in base64, often with `whsec_` before them. */
const secret = text.regex(/^(?:whsec_)?[A-Za-z0-9+/]{20,}={0,2}$/, 'must be random bytes in base64, as whsec_…');

const headers = z.record(z.string(), text, 'must be an object');

/** An address that means nothing else in any message; without TLS on this machine only, since a link acts for all who see it. */
const BASE = /^(?:https:\/\/[\w.-]+(?::\d{1,5})?|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?)\/(?:[\w.~-]+\/)*$/;

/** Longest address of links: a message holds two. */
const BASE_CHARACTERS = 200;

const LONGEST_VALID_MS = 7 * 86_400_000;
const DEFAULT_VALID_MS = 86_400_000;

const valid = z.string('must be a duration, as 24h').refine((text) => {
  const ms = parseDuration(text)?.ms ?? 0;
  return ms >= 1_000 && ms <= LONGEST_VALID_MS;
}, 'must be a duration from 1s to 7d');

/** How links are made and known again. */
export const linksDocument = closed({
  base: text
    .max(BASE_CHARACTERS, `must have at most ${BASE_CHARACTERS} characters`)
    .regex(BASE, 'must be an https URL that ends in /, such as https://watchfire.example.com/')
    .describe('Where links lead to'),
  secret: text.min(32, 'must have at least 32 characters').describe('Key of their signature'),
  valid: valid.optional().describe('How long they can be used; 24h'),
});

/** How links are made and known again, and for how long they can be used. */
export type LinkSettings = Readonly<{ base: string; secret: string; validMs: number }>;

/** With defaults filled in. */
export function linkSettings({ base, secret: key, valid: given }: z.output<typeof linksDocument>): LinkSettings {
  return { base, secret: key, validMs: parseDuration(given)?.ms ?? DEFAULT_VALID_MS };
}

/** The kinds of targets with their keys. */
export const KINDS = {
  webhook: closed({
    kind: z.literal('webhook'),
    url: url.describe('Where requests go'),
    headers: headers.optional().describe('Headers of each request, such as Authorization'),
    secret: secret.optional().describe('Key of the signature by Standard Webhooks'),
    ...common,
  }),
  slack: closed({ kind: z.literal('slack'), url: url.describe('Incoming webhook'), ...common }),
  discord: closed({ kind: z.literal('discord'), url: url.describe('Webhook of a channel'), ...common }),
  teams: closed({ kind: z.literal('teams'), url: url.describe('Webhook of a workflow'), ...common }),
  pagerduty: closed({
    kind: z.literal('pagerduty'),
    routing_key: text.describe('Integration key of Events API v2'),
    severity: z
      .enum(SEVERITIES, `must be one of ${SEVERITIES.join(', ')}`)
      .optional()
      .describe('error'),
    url: url.optional().describe('https://events.pagerduty.com/v2/enqueue'),
    ...common,
  }),
  opsgenie: closed({
    kind: z.literal('opsgenie'),
    api_key: text.describe('Key of an API integration'),
    url: url.optional().describe('https://api.opsgenie.com/v2/alerts'),
    ...common,
  }),
  telegram: closed({
    kind: z.literal('telegram'),
    token: text.describe('Of the bot'),
    chat_id: text.describe('Of the chat'),
    url: url.optional().describe('https://api.telegram.org'),
    ...common,
  }),
  ntfy: closed({
    kind: z.literal('ntfy'),
    url: url.describe('With the topic, as https://ntfy.sh/my-topic'),
    token: text.optional().describe('Access token'),
    ...common,
  }),
  email: closed({
    kind: z.literal('email'),
    smtp: text
      .regex(/^smtps?:\/\/./, 'must be a URL like smtp://user:password@mail.example.com:587')
      .describe('The server'),
    from: text.describe('The sender'),
    to: people.describe('One address or several'),
    ...common,
  }),
} as const;

export type TargetKind = keyof typeof KINDS;

/** A target with everything that its references stood for. */
export type MessageTarget = { [Name in TargetKind]: z.output<(typeof KINDS)[Name]> }[TargetKind];

/** Keys whose values nobody may see, by kind: for chats the URL is all that is needed to write there. */
const SECRETS: Readonly<Record<TargetKind, readonly string[]>> = {
  webhook: ['headers', 'secret'],
  slack: ['url'],
  discord: ['url'],
  teams: ['url'],
  pagerduty: ['routing_key'],
  opsgenie: ['api_key'],
  telegram: ['token'],
  ntfy: ['token'],
  email: ['smtp'],
};

/** The values of a target that nobody may see. */
export function secretsOf(target: MessageTarget): string[] {
  const values = Object.entries(target).flatMap(([key, value]) => (SECRETS[target.kind].includes(key) ? [value] : []));
  return values.flatMap((value) => (typeof value === 'object' ? Object.values(value) : [String(value)])).map(String);
}

/** How many deliveries in how many ms; null for as many as come. */
export function rateOf({ rate }: MessageTarget): { most: number; perMs: number } | null {
  const [, most, unit] = RATE.exec(rate ?? '') ?? [];
  if (most === undefined) return null;
  return { most: Number(most), perMs: unit === 's' ? 1_000 : unit === 'm' ? 60_000 : 3_600_000 };
}
