import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Scheme } from '../model/source.ts';

/** How far a signed time may lie from ours, in ms: what Standard Webhooks, Stripe and Slack recommend. */
const TOLERANCE_MS = 5 * 60_000;

/** What was signed. */
export type Signed = Readonly<{ headers: Readonly<Record<string, string>>; body: Buffer; nowMs: number }>;

/** Why something is refused, as the rest of a sentence; null: it is genuine. */
export type Refused = string | null;

/** The signatures that came with a body, and what of it they are of. `atMs`: the signed time; null where the service signs none. */
type Claim = Readonly<{ signatures: readonly Buffer[]; of: readonly (string | Buffer)[]; atMs: number | null }>;

/** The header in which a service signs: a body without it need not be read. */
export const SIGNATURE_HEADERS: Readonly<Record<Scheme, string>> = {
  standard: 'webhook-signature',
  github: 'x-hub-signature-256',
  stripe: 'stripe-signature',
  shopify: 'x-shopify-hmac-sha256',
  slack: 'x-slack-signature',
};

const CLAIMS: Readonly<Record<Scheme, (signed: Signed) => Claim | null>> = {
  // `v1,<base64> v1,<base64>` of id, seconds and body
  standard: ({ headers, body }) => {
    const { 'webhook-id': id, 'webhook-timestamp': seconds } = headers;
    if (!id || !seconds) return null;
    const listed = (headers['webhook-signature'] ?? '').split(' ').filter((one) => one.startsWith('v1,'));
    const signatures = listed.map((one) => Buffer.from(one.slice('v1,'.length), 'base64'));
    return { signatures, of: [`${id}.${seconds}.`, body], atMs: msOf(seconds) };
  },
  // `sha256=<hex>` of the body
  github: ({ headers, body }) => {
    const [, hex] = /^sha256=([0-9a-f]{64})$/i.exec(headers['x-hub-signature-256'] ?? '') ?? [];
    return { signatures: hex === undefined ? [] : [Buffer.from(hex, 'hex')], of: [body], atMs: null };
  },
  // `t=<seconds>,v1=<hex>,v1=<hex>` of seconds and body
  stripe: ({ headers, body }) => {
    const pairs = (headers['stripe-signature'] ?? '').split(',').map((pair) => pair.trim().split('=', 2));
    const seconds = pairs.find(([name]) => name === 't')?.[1];
    if (!seconds) return null;
    const listed = pairs.filter(([name]) => name === 'v1').map(([, hex = '']) => Buffer.from(hex, 'hex'));
    return { signatures: listed, of: [`${seconds}.`, body], atMs: msOf(seconds) };
  },
  // base64 of the body
  shopify: ({ headers, body }) => {
    const signature = Buffer.from(headers['x-shopify-hmac-sha256'] ?? '', 'base64');
    return { signatures: [signature], of: [body], atMs: null };
  },
  // `v0=<hex>` of version, seconds and body
  slack: ({ headers, body }) => {
    const seconds = headers['x-slack-request-timestamp'];
    if (!seconds) return null;
    const [, hex] = /^v0=([0-9a-f]{64})$/i.exec(headers['x-slack-signature'] ?? '') ?? [];
    const signatures = hex === undefined ? [] : [Buffer.from(hex, 'hex')];
    return { signatures, of: [`v0:${seconds}:`, body], atMs: msOf(seconds) };
  },
};

/**
 * Whether a service signed a body with one of the secrets, lately where it signs the time too. All secrets and signatures are compared,
 * each in constant time.
 */
export function signatureRefused(scheme: Scheme, secrets: readonly string[], signed: Signed): Refused {
  const header = SIGNATURE_HEADERS[scheme];
  if (!signed.headers[header]) return `has no header ${header}`;
  const claim = CLAIMS[scheme](signed);
  if (claim === null) return `has no time beside its ${header}`;
  let genuine = false;
  for (const secret of secrets) {
    const expected = digestOf(keyOf(scheme, secret), claim.of);
    for (const signature of claim.signatures) {
      // The length of a digest is no secret.
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) genuine = true;
    }
  }
  if (!genuine) return `has a wrong ${header}`;
  const { atMs } = claim;
  // Only now: whatever an unsigned time says is nobody's word.
  if (atMs !== null && !(Math.abs(signed.nowMs - atMs) <= TOLERANCE_MS))
    return 'was signed more than five minutes from now';
  return null;
}

/** Whether the header `Authorization` names one of the tokens. They are compared by their digests, which have the same length. */
export function tokenRefused(tokens: readonly string[], headers: Readonly<Record<string, string>>): Refused {
  const [, given] = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (given === undefined) return 'has no header authorization with a bearer token';
  const digest = sha256(given);
  let known = false;
  for (const token of tokens) if (timingSafeEqual(sha256(token), digest)) known = true;
  return known ? null : 'has a wrong token';
}

/** The key that a secret stands for: Standard Webhooks writes bytes as base64, mostly behind `whsec_`; all others use the text itself. */
function keyOf(scheme: Scheme, secret: string): Buffer {
  if (scheme !== 'standard') return Buffer.from(secret);
  return Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
}

const PREFIX = 'whsec_';

/** What is wrong with a secret for a scheme, as the rest of a sentence; null: nothing. */
export function secretProblem(scheme: Scheme, secret: string): string | null {
  if (scheme === 'standard' && !/^(whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(secret)) return 'must be base64, as whsec_…';
  return keyOf(scheme, secret).length === 0 ? 'must not be empty' : null;
}

function digestOf(key: Buffer, parts: Claim['of']): Buffer {
  return parts.reduce((so, part) => so.update(part), createHmac('sha256', key)).digest();
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Whole seconds as ms; NaN for anything else. */
function msOf(seconds: string): number {
  return /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1_000 : Number.NaN;
}
