import { parseSettings, type Settings } from '../config.ts';
import { DEFAULT_DIR } from './private-password.ts';
import { attributeOf } from './setting-list.ts';
import { durationInWords } from './view/words.ts';

/** What holds where nobody says anything, of settings that are none of the engine's; null: nothing. */
const OTHERS: Readonly<Record<string, string | boolean>> = {
  'log-level': 'info',
  concurrency: '20',
  actions: false,
  'allow-changes': false,
  dir: DEFAULT_DIR,
};

/** What a setting is where nobody says it; null: nothing. */
export function defaultOf(name: string): string | boolean | null {
  const engine = parseSettings({});
  const attribute = attributeOf(name);
  const durations = `${attribute}Ms` as keyof Settings;
  if (durations in engine) return durationInWords(Number(engine[durations]));
  if (attribute in engine) {
    const value = engine[attribute as keyof Settings];
    return typeof value === 'boolean' ? value : String(value);
  }
  return OTHERS[name] ?? null;
}
