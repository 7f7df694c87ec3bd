import type { Delivery } from '../../model/delivery.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { labelsInWords } from './firing.ts';
import { type Column, facts } from './table.ts';
import { moment, withoutYear } from './when.ts';

export const DELIVERY_COLUMNS: readonly Column[] = [
  { title: 'JOB', whole: true },
  { title: 'AT', whole: true, leaves: 1, short: withoutYear },
  { title: 'STATE', whole: true },
  { title: 'AUTOMATION' },
  { title: 'FOR' },
  { title: 'ACTION', whole: true, leaves: 2 },
  { title: 'TO' },
  { title: 'TRIES', whole: true, leaves: 3 },
  { title: 'SAID' },
];

export function deliveryRow(one: Delivery): string[] {
  const { job, at, state, automation, labels, type, target } = one;
  return [job, moment(at), state, automation, labelsInWords(labels), type, target ?? '-', triesOf(one), saidIn(one)];
}

/** How it went, in one line. */
export function deliveryInWords(one: Delivery): string {
  const { state, target, error, at } = one;
  const to = target === null ? '' : ` to ${target}`;
  const said = error === '' ? '' : `, the last try failed: ${error}`;
  switch (state) {
    case 'waiting':
      return `waits${to}${said}`;
    case 'retried':
      return `is tried again${to}, ${triesOf(one)} tries${said}`;
    case 'sent':
      return `sent${to} at ${formatTimestamp(at)}, try ${one.tries}${one.status === null ? '' : `, answered ${one.status}`}`;
    case 'failed':
      return `failed for good${to} at ${formatTimestamp(at)}, ${triesOf(one)} tries${said}`;
    default:
      return state satisfies never;
  }
}

/** All that is known of one. */
export function deliveryLines(one: Delivery, bound: number | null): string[] {
  const { job, automation, firing, index, type, target, labels, state, status, answer, error, at } = one;
  return facts(
    [
      ['job', job],
      ['automation', automation],
      ['firing', firing],
      ['action', `${type}, number ${index}`],
      ['to', target ?? '-'],
      ['for', labelsInWords(labels)],
      ['state', state],
      ['at', moment(at)],
      ['tries', triesOf(one)],
      ['error', error === '' ? '-' : error],
      ['answered', status === null ? '-' : String(status)],
      ['answer', answer === '' ? '-' : answer],
    ],
    bound,
  );
}

export function deliveryJson({ at, ...one }: Delivery): Record<string, unknown> {
  return { ...one, at: formatTimestamp(at) };
}

function triesOf({ tries, attempts }: Delivery): string {
  return `${tries} of ${attempts}`;
}

function saidIn({ error, status }: Delivery): string {
  if (error !== '') return error;
  return status === null ? '-' : String(status);
}
