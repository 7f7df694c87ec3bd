/**
 * Something in an automation that is accepted but can hardly be meant. A `warning` follows from the document, or from the queues as
 * they are; a `hint` from the log that is retained, which need not show everything, or from how the namespace is divided.
 */
export type Finding = Readonly<{
  grade: 'warning' | 'hint';
  /** Path from the document's root, as in the errors of rules 5.5. */
  place: string;
  /** What is wrong. */
  reason: string;
  /** What is probably meant, or what to do. */
  advice: string;
}>;

/** Longest text that is shown as it stands. */
const SHOWN_LIMIT = 80;

export function warning(place: string, reason: string, advice: string): Finding {
  return Object.freeze({ grade: 'warning', place, reason, advice });
}

export function hint(place: string, reason: string, advice: string): Finding {
  return Object.freeze({ grade: 'hint', place, reason, advice });
}

/** Text of a document as it is shown inside a sentence. */
export function quoted(text: string): string {
  const points = [...text];
  return JSON.stringify(points.length > SHOWN_LIMIT ? `${points.slice(0, SHOWN_LIMIT).join('')}…` : text);
}
