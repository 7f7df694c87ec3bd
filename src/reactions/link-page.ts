import type { Alert } from '../inspect/alerts.ts';
import type { Silence } from '../model/silence.ts';
import type { LinkAct } from './link.ts';

/** Longest value that a page shows. */
const SHOWN_CHARACTERS = 500;

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:2em auto;padding:0 1em}' +
  'h1{font-size:1.4em}dt{font-weight:600}dd{margin:0 0 .5em;overflow-wrap:anywhere}input,button{font:inherit;padding:.4em .8em}';

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

/** What pages show of an alert. */
type ShownAlert = Pick<Alert, 'name' | 'labels' | 'since'>;

const QUESTIONS: Readonly<Record<LinkAct, Readonly<{ title: string; means: string; button: string }>>> = {
  ack: {
    title: 'Acknowledge this alert?',
    means: 'No reminders come until it is renewed or over.',
    button: 'Acknowledge',
  },
  snooze: { title: 'Snooze this alert?', means: 'Nothing comes of this key for one hour.', button: 'Snooze 1 h' },
};

/** The page that asks; it does nothing by itself. */
export function questionPage(act: LinkAct, alert: ShownAlert): string {
  const { title, means, button } = QUESTIONS[act];
  const form =
    '<form method="post"><p><label>Your name <input name="by" maxlength="100" autocomplete="name"></label></p>' +
    `<p><button>${button}</button></p></form>`;
  return page(title, `<p>${means}</p>${aboutAlert(alert)}${form}`);
}

/** The page that says what was done. @param before whether it was done before this request */
export function donePage(act: LinkAct, alert: ShownAlert, silence: Silence, before: boolean): string {
  const what = act === 'ack' ? 'Acknowledged' : `Snoozed until ${new Date(silence.until).toISOString()}`;
  return page(`${before ? 'Already done: ' : ''}${what}`, `${aboutAlert(alert)}<p>By ${escaped(silence.by)}.</p>`);
}

/** A page with a title and at most one sentence. */
export function sentencePage(title: string, sentence = ''): string {
  return page(title, sentence === '' ? '' : `<p>${escaped(sentence)}</p>`);
}

function aboutAlert({ name, labels, since }: ShownAlert): string {
  // A label may have any name, that of another row too.
  const rows = [['Automation', name], ...Object.entries(labels), ['Since', new Date(since).toISOString()]] as const;
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
