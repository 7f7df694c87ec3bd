import type { SEVERITIES } from '../model/carried-actions.ts';
import type { MessageTarget, TargetKind } from './target.ts';

/** A message, for whatever target. */
export type Message = Readonly<{
  subject: string;
  body: string;
  severity: (typeof SEVERITIES)[number] | undefined;
  /** Of the alert: one key for all that belongs together (docs/reactions.md) */
  key: string;
  /** Whether the alert is open, or over with this message */
  open: boolean;
  /** When it fired, ISO 8601 */
  at: string;
  automation: Readonly<{ id: string; name: string }>;
  labels: Readonly<Record<string, string>>;
  /** What people can do about it */
  links?: readonly MessageLink[];
}>;

/** A link in a message; `url` holds nothing that any target reads as more than an address. */
export type MessageLink = Readonly<{ text: string; url: string }>;

/** A request by which a target gets a message; `body`: what becomes JSON. */
export type MessageRequest = Readonly<{ url: string; headers: Readonly<Record<string, string>>; body: unknown }>;

/*
 * Longest texts that the services take. One that is longer would be refused for good: an event could keep itself from being told.
 */
const DISCORD_CHARACTERS = 2_000;
const TELEGRAM_CHARACTERS = 4_096;
const SUMMARY_CHARACTERS = 1_024;
const ALERT_CHARACTERS = 130;
/** Slack takes 40,000, and escapes make five of one. */
const SLACK_CHARACTERS = 8_000;
const OPSGENIE_CHARACTERS = 15_000;
/** Of a label, of which there may be 32: details of Opsgenie have 8,000 characters in all. */
const LABEL_CHARACTERS = 240;
const NTFY_BYTES = 4_000;
/** A card has 28 kB, an event of PagerDuty 512 kB. */
const CARD_BYTES = 20_000;
const DETAIL_BYTES = 50_000;

const NTFY_PRIORITY = { critical: 5, error: 4, warning: 3, info: 2 } as const;

/** Kinds of targets that a message reaches by one HTTP request. */
export type MessageKind = Exclude<TargetKind, 'webhook' | 'email'>;

type Of<Name extends TargetKind> = Extract<MessageTarget, { kind: Name }>;

const FORMS: { readonly [Name in MessageKind]: (target: Of<Name>, message: Message) => MessageRequest } = {
  slack: ({ url }, { subject, body, links = [] }) => ({
    url,
    headers: {},
    body: {
      text: [
        `*${forSlack(clipped(subject, SUMMARY_CHARACTERS))}*`,
        forSlack(clipped(body, SLACK_CHARACTERS)),
        links.map((link) => `<${link.url}|${link.text}>`).join(' · '),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    },
  }),
  discord: ({ url }, { subject, body, links = [] }) => ({
    url,
    headers: {},
    // What producers send must not call anybody.
    body: {
      content: clippedBefore(
        withoutLinks(`**${subject}**\n${body}`.trim()),
        links.map((link) => `\n[${link.text}](<${link.url}>)`).join(''),
        DISCORD_CHARACTERS,
      ),
      allowed_mentions: { parse: [] },
    },
  }),
  teams: ({ url }, { subject, body, links }) => ({ url, headers: {}, body: teamsCard(subject, body, links) }),
  pagerduty: pagerDuty,
  opsgenie: opsgenie,
  telegram: ({ url = 'https://api.telegram.org', token, chat_id }, { subject, body, links }) => ({
    url: `${url.replace(/\/$/, '')}/bot${token}/sendMessage`,
    headers: {},
    body: {
      chat_id,
      text: clippedBefore(`${subject}\n${body}`.trim(), withLinkLines('', links), TELEGRAM_CHARACTERS),
    },
  }),
  ntfy,
};

/** The request by which a target gets a message. */
export function messageRequest(target: Of<MessageKind>, message: Message): MessageRequest {
  const form = FORMS[target.kind] as (target: Of<MessageKind>, message: Message) => MessageRequest;
  return form(target, message);
}

/** Published as JSON to the server, since headers hold no text of every language. */
function ntfy({ url, token }: Of<'ntfy'>, { subject, body, severity, open, links }: Message): MessageRequest {
  const topic = new URL(url);
  const name = topic.pathname.split('/').filter(Boolean).at(-1) ?? '';
  topic.pathname = topic.pathname.replace(/[^/]*\/?$/, '');
  return {
    url: topic.href,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: {
      topic: decodeURIComponent(name),
      title: clipped(subject, ALERT_CHARACTERS),
      message: clippedToBytes(body === '' ? subject : body, NTFY_BYTES),
      priority: open ? NTFY_PRIORITY[severity ?? 'error'] : NTFY_PRIORITY.info,
      ...(links && { actions: links.map((link) => ({ action: 'view', label: link.text, url: link.url })) }),
    },
  };
}

/** Events API v2: the same key opens an incident, adds to it, and closes it. */
function pagerDuty(target: Of<'pagerduty'>, message: Message): MessageRequest {
  const { url = 'https://events.pagerduty.com/v2/enqueue', routing_key } = target;
  const { key: dedup_key, open, subject, body, automation, labels, at: timestamp } = message;
  const base = { routing_key, dedup_key, event_action: open ? 'trigger' : 'resolve' };
  if (!open) return { url, headers: {}, body: base };
  const payload = {
    summary: clipped(subject, SUMMARY_CHARACTERS),
    source: automation.id,
    severity: message.severity ?? target.severity ?? 'error',
    timestamp,
    custom_details: { ...clippedLabels(labels), automation: automation.name, text: clippedToBytes(body, DETAIL_BYTES) },
  };
  const links = message.links?.map(({ url: href, text }) => ({ href, text }));
  return { url, headers: {}, body: { ...base, client: 'Watchfire', payload, ...(links && { links }) } };
}

function opsgenie(target: Of<'opsgenie'>, message: Message): MessageRequest {
  const url = target.url ?? 'https://api.opsgenie.com/v2/alerts';
  const headers = { authorization: `GenieKey ${target.api_key}` };
  const { key: alias, open, subject, body, severity, labels, automation, links } = message;
  if (!open) {
    return {
      url: `${url}/${encodeURIComponent(alias)}/close?identifierType=alias`,
      headers,
      body: { note: clipped(subject, SUMMARY_CHARACTERS) },
    };
  }
  const priority = severity === 'critical' ? 'P1' : severity === 'warning' ? 'P3' : severity === 'info' ? 'P5' : 'P2';
  const description = clippedBefore(body, withLinkLines('', links), OPSGENIE_CHARACTERS);
  const details = clippedLabels(labels);
  const said = { message: clipped(subject, ALERT_CHARACTERS), alias, description, details, priority };
  return { url, headers, body: { ...said, source: automation.id } };
}

function teamsCard(subject: string, body: string, links: readonly MessageLink[] = []): object {
  const line = (text: string, more: object = {}): object => ({ type: 'TextBlock', text, wrap: true, ...more });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      line(withoutLinks(clipped(subject, SUMMARY_CHARACTERS)), { weight: 'Bolder' }),
      ...(body === '' ? [] : [line(clippedToBytes(withoutLinks(body), CARD_BYTES))]),
    ],
    ...(links.length > 0 && {
      actions: links.map(({ text: title, url }) => ({ type: 'Action.OpenUrl', title, url })),
    }),
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

/** A text with a line for each link. */
export function withLinkLines(text: string, links: readonly MessageLink[] = []): string {
  return [text, ...links.map((link) => `${link.text}: ${link.url}`)].join('\n');
}

/** Slack reads these three characters as its own; without them no text can call a channel. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Where `[text](address)` is a link, producers could write a text that leads elsewhere than it says. An address alone stays one. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

function clippedLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, clipped(value, LABEL_CHARACTERS)]));
}

/** Cut so that it takes at most so many bytes as a text of JSON. */
function clippedToBytes(text: string, bytes: number): string {
  let left = clipped(text, bytes);
  for (let size = bytesOf(left); size > bytes; size = bytesOf(left)) {
    left = clipped(left, Math.floor((left.length * bytes) / size));
  }
  return left;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** Cut so that what follows stays whole. */
function clippedBefore(text: string, after: string, limit: number): string {
  return clipped(text, limit - after.length) + after;
}

function clipped(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`.toWellFormed();
}
