import { Watchfire } from '../../../../src/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';
import { command } from '../command.ts';

const EVENT = { kind: 'event', entry: '1795889887757-0', outcome: 'applied', decisions: [] };

/** What everybody may send who may publish: no JSON, and JSON that no worker writes. */
const MESSAGES: readonly string[] = [
  'not json',
  '',
  'null',
  '7',
  '{}',
  '[null]',
  '[{}]',
  '[{"kind":"event"}]',
  '[{"kind":"job","added":"never"}]',
  '[{"kind":"more","outcomes":null}]',
  '[{"kind":"firing","recorded":{}}]',
  `[${'['.repeat(100_000)}`,
  JSON.stringify([{ ...EVENT, entry: '18446744073709551615-18446744073709551615' }]),
  JSON.stringify([{ ...EVENT, decisions: [{ automation: '', trigger: '', word: 7 }] }]),
  JSON.stringify([{ ...EVENT, event: { toString: 1 } }]),
];

export const attack: Attack = {
  by: 'writer to the live channel',
  what: 'sends what no worker writes to all that watch, to end them',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    const tail = command(['tail'], { REDIS_URL: server.url });
    try {
      await watchfire.startWorker();
      await eventually('tail listens', () => tail.printed().includes('watching'));
      for (const message of MESSAGES) await server.redis.publish('{wf}:live', message);
      await eventually('an event is shown behind all of them', async () => {
        await watchfire.emit({ event: 'still.seen', resource: { id: 'r' } });
        return tail.printed().includes('still.seen') || tail.ended();
      });
      mustHold('tail goes on', !tail.ended());
      mustHold('what was dropped is said', tail.printed().includes('that no worker wrote, dropped'));
      mustHold('tail ends as ever', (await tail.stop()) === 0);
      return `${MESSAGES.length} messages were dropped and told, and the next event was shown`;
    } finally {
      await tail.stop();
      await watchfire.close();
      await server.remove();
    }
  },
};
