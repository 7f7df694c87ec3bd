import { connect } from 'node:net';

/** A server on this machine answers in a millisecond; a busy one may take longer, and then has not answered yet. */
const ANSWER_BOUND_MS = 1_000;

/** The same where nobody asks again: a machine with much else to do, or a long call, holds a server up for seconds. */
export const LAST_ANSWER_BOUND_MS = 5_000;

/** More than INFO ever prints; what sends more is no Redis. */
const ANSWER_LIMIT = 65_536;

/**
 * What listens on a port: nobody, what takes connections and has not answered yet, a Redis (with the folder of its data and its process id),
 * one that asks for a password, or something else.
 */
export type ProbeAnswer =
  | { kind: 'nobody' }
  | { kind: 'silent' }
  | { kind: 'other' }
  | { kind: 'locked' }
  | { kind: 'redis'; dir: string; pid: number /** It still reads its data and takes no commands. */; loading: boolean };

/**
 * Asks what listens on a port of 127.0.0.1. Plain text over a socket and no client, since the answer has to tell a Redis from
 * anything else, and a client would wait for one.
 * @param password of the server that should be there; null for none
 * @param boundMs how long an answer is waited for
 */
export function ask(
  port: number,
  password: string | null = null,
  boundMs: number = ANSWER_BOUND_MS,
): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let connected = false;
    let silent = false;
    let text = '';
    socket.setTimeout(boundMs, () => {
      silent = text === '';
      socket.destroy();
    });
    socket.on('connect', () => {
      connected = true;
      // The server closes after QUIT, so the end of the connection is the end of the answer.
      if (password !== null) socket.write(`AUTH ${password}\r\n`);
      socket.write('PING\r\nCONFIG GET dir\r\nINFO server\r\nQUIT\r\n');
    });
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.length > ANSWER_LIMIT) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (!connected) resolve({ kind: 'nobody' });
      else if (silent) resolve({ kind: 'silent' });
      else resolve(read(password === null ? text : behindAuth(text)));
    });
  });
}

/** Without the answer to AUTH, which was sent first. A server that has no password says so, and goes on. */
function behindAuth(text: string): string {
  return text.slice(text.indexOf('\r\n') + 2);
}

/** A server that still loads its data answers PING with an error, and the questions of who it is. */
function read(text: string): ProbeAnswer {
  const dir = /\r\ndir\r\n\$\d+\r\n(.*)\r\n/.exec(text)?.[1];
  const pid = /process_id:(\d+)/.exec(text)?.[1];
  const loading = text.startsWith('-LOADING');
  if (text.startsWith('-NOAUTH')) return { kind: 'locked' };
  if (!(loading || text.startsWith('+PONG')) || dir === undefined || pid === undefined) return { kind: 'other' };
  return { kind: 'redis', dir, pid: Number(pid), loading };
}
