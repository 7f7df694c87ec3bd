import type { Alert } from '../inspect/alerts.ts';
import { parseAcknowledgement, parseSilence, type Silence, type SilenceOrder } from '../model/silence.ts';
import { type LinkOrder, SNOOZED_FOR } from './link.ts';

/** What links act by. */
export type LinkDesk = Readonly<{
  /** The open alert of a key */
  alert: (key: Pick<LinkOrder, 'automation' | 'labels'>) => Promise<Alert | null>;
  /** The silence of that id, also one that has ended within a week */
  silence: (id: string) => Promise<Silence | null>;
  add: (order: SilenceOrder, id: string) => Promise<Silence>;
}>;

/** The alert that a link is about; null when it is over, or renewed: then it is another one. */
export async function alertOf(desk: LinkDesk, order: LinkOrder): Promise<Alert | null> {
  const alert = await desk.alert(order);
  return alert !== null && alert.since <= order.firedMs ? alert : null;
}

/** The silence by which a link, or somebody else for an acknowledgement, has acted before; null: nobody has. `id`: of the link. */
export async function doneBefore(desk: LinkDesk, order: LinkOrder, alert: Alert, id: string): Promise<Silence | null> {
  // The id of the link is that of its silence, which is kept for as long as a link can be used: so each link acts once.
  const own = await desk.silence(silenceId(id));
  return own ?? (order.act === 'ack' ? alert.acknowledged : null);
}

/** Does what a link says. @param by in words */
export async function actByLink(
  desk: LinkDesk,
  { order, alert, id, by }: Readonly<{ order: LinkOrder; alert: Alert; id: string; by: string }>,
): Promise<Silence> {
  const { automation, labels, act } = order;
  const said = { automation, labels: { ...labels }, by, reason: 'by the link of a message' };
  const silence = act === 'ack' ? parseAcknowledgement(said, alert.since) : parseSilence({ ...said, for: SNOOZED_FOR });
  return await desk.add(silence, silenceId(id));
}

function silenceId(id: string): string {
  return `s-${id}`;
}
