import { Misuse } from './verb.ts';

/** An automation and a key of it, as they are written behind a verb: `payment-overdue id=order.1`. @throws Misuse */
export function keyOperand(
  verb: string,
  [automation, ...pairs]: readonly string[],
): { automation: string; labels: Record<string, string> } {
  if (automation === undefined) throw new Misuse(`${verb}: needs an automation, and its key as name=value`);
  return { automation, labels: labelsIn(`${verb}: the key`, pairs) };
}

/** Labels as the shell gives them, `name=value`; a value may hold more `=`. @param what begins the error @throws Misuse */
export function labelsIn(what: string, pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Misuse(`${what} must be like id=order.1 (found "${pair}")`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
