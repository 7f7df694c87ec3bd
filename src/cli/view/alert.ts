import type { Alert } from '../../inspect/alerts.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { deliveryInWords, deliveryJson } from './delivery.ts';
import { labelsInWords } from './firing.ts';
import { type Column, facts } from './table.ts';
import { moment, withoutYear } from './when.ts';

export const ALERT_COLUMNS: readonly Column[] = [
  { title: 'AUTOMATION' },
  { title: 'FOR' },
  { title: 'SINCE', whole: true, short: withoutYear },
  { title: 'REMINDED', whole: true, leaves: 2 },
  { title: 'DELIVERED', leaves: 1 },
  { title: 'SEEN TO BY' },
];

export function alertRow(alert: Alert): string[] {
  const { name, labels, since, firings, acknowledged, snoozed } = alert;
  const reminded = firings.filter(({ reminder }) => reminder !== undefined).length;
  const people = [acknowledged, snoozed].flatMap((one) => (one === null ? [] : [one.by]));
  const seenTo = people.join(', ') || '-';
  return [name, labelsInWords(labels), moment(since), String(reminded), deliveredInWords(alert), seenTo];
}

/** How many deliveries are in which state. */
function deliveredInWords({ deliveries }: Alert): string {
  const states = Map.groupBy(deliveries, ({ state }) => state);
  return [...states].map(([state, { length }]) => `${length} ${state}`).join(', ') || '-';
}

/** All that is known of one. */
export function alertLines(alert: Alert, bound: number | null): string[] {
  const { automation, name, enabled, labels, since, until, reminder, acknowledged, snoozed } = alert;
  const fired = alert.firings.map(({ id, triggered, reminder: number }) => {
    return `${id} at ${moment(triggered)}${number === undefined ? '' : `, reminder ${number}`}`;
  });
  const delivered = alert.deliveries.map((one) => `${one.job} ${deliveryInWords(one)}`);
  const listed = (title: string, values: readonly string[]): [string, string][] =>
    values.map((value, i) => [i === 0 ? title : '', value]);
  return facts(
    [
      ['automation', `${name} (${automation})${enabled ? '' : ', disabled'}`],
      ['for', labelsInWords(labels)],
      ['since', moment(since)],
      ['until', `${moment(until)}, if nothing comes`],
      ['reminder', reminder === null ? 'none to come' : `number ${reminder.number} at ${moment(reminder.at)}`],
      ['acknowledged', acknowledged === null ? 'no' : `by ${acknowledged.by}: ${acknowledged.reason}`],
      ['snoozed', snoozed === null ? 'no' : `by ${snoozed.by} until ${moment(snoozed.until)}: ${snoozed.reason}`],
      ...listed('firings', fired),
      ...listed('delivered', delivered),
    ],
    bound,
  );
}

export function alertJson({ since, until, reminder, firings, deliveries, ...alert }: Alert): Record<string, unknown> {
  return {
    ...alert,
    since: formatTimestamp(since),
    until: formatTimestamp(until),
    reminder: reminder && { number: reminder.number, at: formatTimestamp(reminder.at) },
    firings: firings.map(({ id, triggered, reminder: number = null }) => {
      return { id, triggered: formatTimestamp(triggered), reminder: number };
    }),
    deliveries: deliveries.map(deliveryJson),
  };
}
