import { OWN_EVENTS } from '../match/listening.ts';
import { compileNames } from '../match/names.ts';
import { type Finding, hint, quoted } from './finding.ts';
import type { LogSample } from './log-sample.ts';
import { namePatternsIn, type PlacedTrigger } from './places.ts';
import { mostSimilar } from './similar.ts';

/** Shorter names are alike by chance. */
const SHORTEST = 6;

/** Names that a trigger waits for and none of the newest events had, where another name that came is spelt nearly the same. */
export function nameFindings({ written, path }: PlacedTrigger, sample: LogSample): Finding[] {
  return namePatternsIn(written, path).flatMap(({ text, place }) => {
    if (text.length < SHORTEST || /[*?[!]/.test(text) || sample.names.has(text)) return [];
    if (OWN_EVENTS.some(compileNames([text]))) return [];
    const similar = mostSimilar(text, sample.names);
    if (similar === null) return [];
    const events = sample.events.toLocaleString('en-US');
    const reason = `none of the newest ${events} events is called ${quoted(text)}, and some are called ${quoted(similar)}`;
    return [hint(place, reason, `write ${quoted(similar)}, if that is meant`)];
  });
}
