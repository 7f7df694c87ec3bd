/** What has to be the case so that a worker comes to a call that it makes on no ordinary day. */
export type Situation =
  | { kind: 'ordinary' }
  /** The last entry of a chunk was deleted after it was read. */
  | { kind: 'entry deleted' }
  /** The definitions were changed and changed back. */
  | { kind: 'nothing changed' }
  /** Somebody else removes an automation at the same time. */
  | { kind: 'removed meanwhile' }
  /** Somebody removed a consumer group. */
  | { kind: 'group gone'; of: 'events' | 'firings' }
  /** This call finds a server that does not know its script. */
  | { kind: 'script unknown'; at: string }
  /** A full Redis refuses the sign of life. */
  | { kind: 'heartbeat refused' }
  /** Firings are confirmed by a replica or by the disk before they get jobs. WAITAOF came with Redis 7.2. */
  | { kind: 'durable'; mode: 'replicated' | 'fsync'; server: 'any' | 'with WAITAOF' | 'without WAITAOF' };

/** A call of a running worker, named by who makes it and the command or script; those of a transaction by all of its commands. */
export type Point = Readonly<{
  name: string;
  situation: Situation;
  /** Which of the calls of that name are cut, from 1. */
  at: readonly number[];
}>;

const point = (name: string, ...at: number[]): Point => ({
  name,
  situation: { kind: 'ordinary' },
  at: at.length > 0 ? at : [1],
});

const rare = (name: string, situation: Situation): Point => ({ name, situation, at: [1] });

const loads = (call: string): Point => {
  const [role = ''] = call.split(':');
  return rare(`${role}: script load`, { kind: 'script unknown', at: call });
};

/** Every Redis call that a worker makes, whatever for. A call that is not here fails the matrix, and so does one here that is never made. */
export const POINTS: readonly Point[] = [
  // The client sets up each of its connections.
  point('connection: hello', 1, 2),
  point('connection: client setname'),
  point('connection: client setinfo'),
  point('connection: info', 1, 2),

  point('start: ping'),
  point('start: claim-format'),
  point('start: xlen'),
  point('start: time'),
  point('start: xgroup create', 1, 2),

  // The definitions, when it starts and after a change.
  point('definitions: zrange', 1, 2),
  point('definitions: get+zcount+hget+hmget+hmget', 1, 2),
  rare('definitions: get+zcount+hget', { kind: 'nothing changed' }),

  point('reader: xreadgroup', 1, 2),
  rare('reader: zrange', { kind: 'group gone', of: 'events' }),
  rare('reader: get+zcount+hget+hmget+hmget', { kind: 'group gone', of: 'events' }),
  rare('reader: xgroup create', { kind: 'group gone', of: 'events' }),

  // Between what was read and what is applied: the first call comes when the entries are decoded and matched.
  point('applier: apply', 1, 2, 3),
  point('applier: xrevrange'),
  point('applier: get'),
  point('applier: hmget', 1, 2),
  rare('applier: xrange', { kind: 'entry deleted' }),
  loads('applier: apply'),

  point('take-over: take-over'),
  point('take-over: get'),
  point('take-over: xrange'),
  point('take-over: apply'),
  point('take-over: hdel'),
  loads('take-over: take-over'),

  point('scheduler: settle', 1, 2),
  loads('scheduler: settle'),

  // Whether sources bring something.
  point('marks: hgetall', 1),

  // What it has counted, once a second.
  point('minutes: note-minutes'),
  loads('minutes: note-minutes'),

  // What the gate asks before actions go out, and what went to wait.
  point('gate: time'),
  point('gate: hget'),
  point('gate: hmget', 1, 2),
  point('relay: take-waiting', 1, 2),

  point('relay: xautoclaim'),
  point('relay-own: xreadgroup'),
  point('relay: xreadgroup'),
  point('relay: take-firings'),
  point('relay: hget'),
  point('relay: hmget'),
  point('relay: xack', 1, 2),
  point('relay: reject-firing'),
  rare('relay: xlen', { kind: 'group gone', of: 'firings' }),
  rare('relay: time', { kind: 'group gone', of: 'firings' }),
  rare('relay: xgroup create', { kind: 'group gone', of: 'firings' }),
  rare('relay: hset', { kind: 'group gone', of: 'firings' }),
  loads('relay: take-firings'),
  rare('durability: set', { kind: 'durable', mode: 'replicated', server: 'any' }),
  rare('durability: wait', { kind: 'durable', mode: 'replicated', server: 'any' }),
  rare('durability: waitaof', { kind: 'durable', mode: 'fsync', server: 'any' }),
  rare('durability: info', { kind: 'durable', mode: 'fsync', server: 'with WAITAOF' }),
  rare('durability: config get', { kind: 'durable', mode: 'fsync', server: 'without WAITAOF' }),

  // BullMQ: the depth of a queue, its settings, and the jobs, one by one in a bundle.
  point('jobs: getCounts'),
  point('jobs: hset'),
  point('jobs: addStandardJob', 1, 2),

  point('janitor: time'),
  point('janitor: sweep', 1, 2),
  point('janitor: forget-ids'),
  point('janitor: forget-early'),
  point('janitor: forget-revisions'),
  point('janitor: forget-history'),
  point('janitor: trim', 1, 3),
  point('janitor: xinfo consumers', 2),
  point('janitor: retire'),
  loads('janitor: sweep'),

  point('straightener: straighten'),
  loads('straightener: straighten'),

  point('large-entries: script load'),

  point('mender: mend-keys', 1, 2),
  point('mender: hgetall'),
  point('mender: zrange'),
  point('mender: get+hmget+hmget'),
  point('mender: mend-triggers'),
  loads('mender: mend-triggers'),

  point('auditor: xinfo groups'),
  point('auditor: time'),
  point('auditor: audit'),
  point('auditor: recount', 1, 2),
  point('auditor: get', 1, 2),
  point('auditor: hmget'),
  loads('auditor: audit'),

  point('live: hset+pexpire+zadd+zremrangebyscore+pexpire+pubsub numsub', 1, 2),
  point('live: publish'),
  rare('live: pexpire', { kind: 'heartbeat refused' }),
  rare('live: pubsub numsub', { kind: 'heartbeat refused' }),

  point('change: claim-format'),
  point('change: get+hget+hget'),
  point('change: hmget'),
  point('change: get'),
  point('change: put-automation'),
  point('change: xadd'),
  point('change: hget'),
  rare('change: hgetall', { kind: 'removed meanwhile' }),
  point('change: delete-automation'),
  loads('change: put-automation'),

  point('stop: del'),
  point('stop: zrem'),
];
