import { InvalidDocument } from '../../errors.ts';
import type { Drafted, Preset } from '../incoming.ts';
import { isRecord } from '../record.ts';
import { idFrom } from './delivery-id.ts';
import { type JsonObject, labels, objectIn, own, part, text } from './fields.ts';

/** Alertmanager writes it where an alert has not ended. */
const NEVER = '0001-01-01T00:00:00Z';

/**
 * A notification of Alertmanager (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config): an event for each of its alerts, `alertmanager.alert.firing` or
 * `alertmanager.alert.resolved`. The resource has the labels of the alert, and its fingerprint as the id. What Alertmanager repeats while
 * an alert lasts has the id of the first time, and so counts once.
 */
export const alertmanagerPreset: Preset = (incoming) => {
  const entry = objectIn(incoming);
  const { alerts } = entry;
  if (!Array.isArray(alerts)) throw new InvalidDocument('alerts', 'must be a list', alerts);
  return alerts.map((alert: unknown, place) => {
    if (!isRecord(alert)) throw new InvalidDocument(`alerts[${place}]`, 'must be an object', alert);
    return eventOf(incoming.source, entry, alert, `alerts[${place}]`);
  });
};

function eventOf(source: string, entry: JsonObject, alert: JsonObject, at: string): Drafted {
  const status = text(alert, 'status');
  if (status !== 'firing' && status !== 'resolved') {
    throw new InvalidDocument(`${at}.status`, 'must be firing or resolved', own(alert, 'status'));
  }
  const fingerprint = text(alert, 'fingerprint');
  if (fingerprint === undefined) throw new InvalidDocument(`${at}.fingerprint`, 'is required');
  const [since, until] = [text(alert, 'startsAt'), text(alert, 'endsAt')];
  const occurred = status === 'resolved' && until !== NEVER ? until : since;
  return {
    id: idFrom(source, [fingerprint, status, occurred ?? ''].join(' ')),
    event: `alertmanager.alert.${status}`,
    resource: { ...textsIn(part(alert, 'labels')), id: fingerprint, status },
    ...(occurred !== undefined && { occurred }),
    payload: {
      ...alert,
      ...labels({ receiver: text(entry, 'receiver'), externalURL: text(entry, 'externalURL') }),
    },
  };
}

function textsIn(of: JsonObject | undefined): Record<string, string> {
  const values = Object.keys(of ?? {}).map((name) => [name, text(of, name)] as const);
  return labels(Object.fromEntries(values));
}
