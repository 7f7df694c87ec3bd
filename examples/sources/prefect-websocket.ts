import { PassThrough } from 'node:stream';
import { type EventInput, type ReadSource, Watchfire } from 'watchfire';

type Message = Readonly<{ type: string; event: EventInput & Readonly<{ occurred: string }> }>;

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

/** More than Prefect sends at once: where so many wait, the connection is given up, and made again when they are in. */
const MOST_WAITING = 50_000;

/** The events of a Prefect server. The position is the time of the newest one. `names`: beginnings of names; none for all. */
export function readEvents(api: string, token: string | null, names: readonly string[]): ReadSource {
  return async function* (position, signal) {
    let newestMs = position === null ? Date.now() : Date.parse(position);
    const socket = new WebSocket(`${api.replace(/^http/, 'ws')}/events/out`, 'prefect');
    const messages = new PassThrough({ objectMode: true, signal });
    socket.onopen = () => socket.send(JSON.stringify({ type: 'auth', token }));
    socket.onclose = ({ code, reason }) =>
      messages.destroy(new Error(`Prefect closed the connection: ${code} ${reason}`));
    socket.onmessage = ({ data }) => {
      if (messages.writableLength < MOST_WAITING) messages.write(JSON.parse(data) satisfies Message);
      else messages.destroy(new Error('Prefect sends faster than its events come in'));
    };
    try {
      for await (const { type, event } of messages as AsyncIterable<Message>) {
        if (type === 'auth_success') socket.send(JSON.stringify(filterFrom(newestMs, names)));
        if (type !== 'event') continue;
        newestMs = Math.max(newestMs, Date.parse(event.occurred));
        yield { position: new Date(newestMs).toISOString(), event };
      }
    } finally {
      socket.close();
    }
  };
}

/** Events reach Prefect late now and then, so it is asked for a minute again; what was there before is known by its id. */
function filterFrom(newestMs: number, prefix: readonly string[]): object {
  const since = new Date(newestMs - MINUTE_MS).toISOString();
  const until = new Date(Date.now() + YEAR_MS).toISOString();
  const event = prefix.length === 0 ? null : { prefix };
  return { type: 'filter', backfill: true, filter: { occurred: { since, until }, event } };
}

if (process.argv[1] === import.meta.filename) {
  const watchfire = new Watchfire({ redis: process.env.REDIS_URL });
  const { PREFECT_API_URL = 'http://127.0.0.1:4200/api', PREFECT_API_AUTH_STRING = null } = process.env;
  await watchfire.source('prefect', readEvents(PREFECT_API_URL, PREFECT_API_AUTH_STRING, ['prefect.flow-run.']));
}
