import { type Comparison, literalComparisons } from '../cel/comparisons.ts';
import { compileExpression } from '../cel/expression.ts';
import { namesOf } from '../model/pattern.ts';
import type { CompositeTrigger, EventPattern, EventTrigger, Spec } from '../model/trigger.ts';
import type { Asks } from './label-index.ts';

/** What an index files a trigger by: patterns for names, each with what else an event of such a name must have. */
export type Filing = readonly [name: string, asks: Asks];

const NOTHING: Asks = Object.freeze({ match: new Map(), matchRelated: [] });

/** Everything that an event may be for a trigger, or for a composite of itself. */
export function filingsOf(trigger: EventTrigger | CompositeTrigger): readonly Filing[] {
  if (trigger.type !== 'event') return filingsIn(trigger.unless ?? [], NOTHING);
  const own: Asks = { ...trigger, literals: literalsIn(trigger.where) };
  // No pattern for expected events means any event; what else the event is then makes no difference to who is asked.
  if (trigger.expect.length === 0) return [['*', own]];
  return filingsIn(
    [...trigger.expect, ...trigger.after, ...(trigger.reset ?? []), ...(trigger.resolve?.on ?? [])],
    own,
  );
}

function filingsIn(patterns: readonly EventPattern[], own: Asks): Filing[] {
  const texts = new Set(patterns.filter((one) => typeof one === 'string'));
  const objects = patterns.flatMap((one): Filing[] => {
    if (typeof one === 'string') return [];
    const asks = {
      match: narrower(own.match, one.match),
      matchRelated: [...own.matchRelated, ...one.matchRelated],
      literals: [...(own.literals ?? []), ...literalsIn(one.where)],
    };
    return namesOf(one).map((name) => [name, asks]);
  });
  return [...[...texts].map((name): Filing => [name, own]), ...objects];
}

/** The labels of both. Where both ask for one, either would do: an index answers with too many rather than too few. */
function narrower(one: Spec, other: Spec): Spec {
  return other.size === 0 ? one : new Map([...one, ...other]);
}

function literalsIn(where: string | null | undefined): readonly Comparison[] {
  return (where ?? null) === null ? [] : literalComparisons(compileExpression(where as string, 'boolean'));
}
