import { Misuse } from './verb.ts';

/** An automation and a key of it, as they are written behind a verb: `payment-overdue id=order.1`. @throws Misuse */
export function keyOperand(
  verb: string,
  [automation, ...pairs]: readonly string[],
): { automation: string; labels: Record<string, string> } {
  if (automation === undefined) throw new Misuse(`${verb}: needs an automation, and its key as name=value`);
  const labels: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Misuse(`${verb}: the key must be like id=order.1 (found "${pair}")`);
    labels[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return { automation, labels };
}
