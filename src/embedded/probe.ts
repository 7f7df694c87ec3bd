import { connect } from 'node:net';

/** A server on this machine answers in a millisecond; a busy one may take longer, and then has not answered yet. */
const ANSWER_BOUND_MS = 1_000;

/** More than INFO ever prints; what sends more is no Redis. */
const ANSWER_LIMIT = 65_536;

/** What listens on a port: nobody, a Redis (with the folder of its data and its process id), or something else. */
export type ProbeAnswer =
  | { kind: 'nobody' }
  | { kind: 'other' }
  | { kind: 'redis'; dir: string; pid: number /** It still reads its data and takes no commands. */; loading: boolean };

/**
 * Asks what listens on a port of 127.0.0.1. Plain text over a socket and no client, since the answer has to tell a Redis from
 * anything else, and a client would wait for one.
 */
export function ask(port: number): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let connected = false;
    let text = '';
    socket.setTimeout(ANSWER_BOUND_MS, () => socket.destroy());
    socket.on('connect', () => {
      connected = true;
      // The server closes after QUIT, so the end of the connection is the end of the answer.
      socket.write('PING\r\nCONFIG GET dir\r\nINFO server\r\nQUIT\r\n');
    });
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.length > ANSWER_LIMIT) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(connected ? read(text) : { kind: 'nobody' }));
  });
}

/** A server that still loads its data answers PING with an error, and the questions of who it is. */
function read(text: string): ProbeAnswer {
  const dir = /\r\ndir\r\n\$\d+\r\n(.*)\r\n/.exec(text)?.[1];
  const pid = /process_id:(\d+)/.exec(text)?.[1];
  const loading = text.startsWith('-LOADING');
  if (!(loading || text.startsWith('+PONG')) || dir === undefined || pid === undefined) return { kind: 'other' };
  return { kind: 'redis', dir, pid: Number(pid), loading };
}
