import type { Dropped } from '../../inspect/dropped.ts';
import { count } from './when.ts';

/** What a change drops, to stand behind it: `; drops 2 open windows and 1 alert`, or nothing. */
export function dropsInWords({ windows, alerts, more }: Dropped): string {
  if (windows + alerts === 0) return '';
  const number = (many: number, one: string): string => `${count(many)} ${one}${many === 1 ? '' : 's'}`;
  return `; drops ${more ? 'at least ' : ''}${number(windows, 'open window')} and ${number(alerts, 'alert')}`;
}
