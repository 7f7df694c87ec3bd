import type { Alert } from '../inspect/alerts.ts';
import type { Silence } from '../model/silence.ts';
import type { LinkAct } from './link.ts';

/** Longest value that a page shows. */
const SHOWN_CHARACTERS = 500;

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:3em auto;padding:0 1em}' +
  'dt{font-weight:600}dd{margin:0 0 .5em;overflow-wrap:anywhere}input,button{font:inherit;padding:.4em .8em}';

/** Headers of every page: it loads and runs nothing, tells nobody its address, and stays nowhere. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
};

const QUESTIONS: Readonly<Record<LinkAct, string>> = {
  ack: 'Acknowledge: no reminders until the alert is renewed or over',
  snooze: 'Snooze: nothing of this key for one hour',
};

/** The page that asks; it does nothing by itself. */
export function questionPage(act: LinkAct, alert: Alert): string {
  const form =
    '<form method="post"><p><label>Your name <input name="by" maxlength="100" autocomplete="name"></label></p>' +
    `<p><button>${act === 'ack' ? 'Acknowledge' : 'Snooze 1 h'}</button></p></form>`;
  return page(QUESTIONS[act], aboutAlert(alert) + form);
}

/** The page that says what was done. @param before whether it was done before this request */
export function donePage(act: LinkAct, alert: Alert, silence: Silence, before: boolean): string {
  const what = act === 'ack' ? 'Acknowledged' : `Snoozed until ${new Date(silence.until).toISOString()}`;
  return page(`${before ? 'Already done: ' : ''}${what}`, `${aboutAlert(alert)}<p>By ${escaped(silence.by)}.</p>`);
}

/** A page with a title and at most one sentence. */
export function sentencePage(title: string, sentence = ''): string {
  return page(title, sentence === '' ? '' : `<p>${escaped(sentence)}</p>`);
}

function aboutAlert({ name, labels, since }: Alert): string {
  const rows = Object.entries({ Automation: name, ...labels, Since: new Date(since).toISOString() });
  return `<dl>${rows.map(([term, value]) => `<dt>${escaped(term)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
}

function page(title: string, body: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>${STYLE}</style>`;
  return `<!doctype html><html lang="en"><head>${head}<title>${escaped(title)}</title></head><body><h1>${escaped(title)}</h1>${body}</body></html>\n`;
}

function escaped(text: string): string {
  const short = text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
  // Characters that turn the direction of a text, or cannot be seen, could make one key look like another.
  const seen = short.toWellFormed().replace(/[\p{Cc}\p{Cf}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
  return seen.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
