import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { endOf, type Log, logOf } from '../engine.ts';
import { order } from '../shop.ts';

/** Events that warm a system up, and events that are measured after them: multiples of FIRES_AT. */
export type Size = Readonly<{ warm: number; events: number }>;

export type Load = Readonly<{ size: Size; warm: Log; measured: Log }>;

/** Failed orders of one customer that fire. */
export const FIRES_AT = 5;

/** Customers who are counted at the same time; after five orders each, others come. */
const CUSTOMERS = 20_000;

/** Lines of a file that are written at a time. */
const LINES_AT_ONCE = 10_000;

/** How often a load fires. Every customer has five orders in all, so that it is the same whatever a system does after it fired. */
export function firingsOf(count: number): number {
  return count / FIRES_AT;
}

function customersOf(count: number): number {
  return Math.min(CUSTOMERS, firingsOf(count));
}

/** The customer of event `i` of `count`: all of them in turn, five times, then the next ones. */
export function customerOf(i: number, count: number): number {
  const customers = customersOf(count);
  return Math.floor(i / (customers * FIRES_AT)) * customers + (i % customers);
}

export function loadOf(size: Size): Load {
  const failed = (count: number, prefix: string) => (i: number) =>
    order('order.failed', `${prefix}${customerOf(i, count)}`);
  const warm = logOf(size.warm, 0, failed(size.warm, 'w'));
  return { size, warm, measured: logOf(size.events, endOf(warm), failed(size.events, '')) };
}

/** Writes a load into so many files `0`, `1`, … of a folder, an event a line, all events of a customer in one file. */
export async function writeLoad(folder: string, { warm, measured }: Load, files: number): Promise<void> {
  for (let file = 0; file < files; file += 1) {
    const out = createWriteStream(path.join(folder, String(file)));
    for (const log of [warm, measured]) {
      const lines = log.flatMap(([, data], i) => (customerOf(i, log.length) % files === file ? [data] : []));
      for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
        const text = `${lines.slice(at, at + LINES_AT_ONCE).join('\n')}\n`;
        if (!out.write(text)) await once(out, 'drain');
      }
    }
    out.end();
    await once(out, 'close');
  }
}
