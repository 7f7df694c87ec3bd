import { describe, expect, test } from 'vitest';
import { outcomesOf } from '../../src/redis/outcomes.ts';
import { shop } from '../reactions/shop.ts';
import { eventually } from '../support/eventually.ts';
import { runIn } from './run.ts';

const trigger = { expect: ['x'], for_each: ['id'], resolve: { on: ['ok'] } };
const told = { type: 'log', message: 'told' };

/** An engine in which each of these keys has an alert that was told. */
async function withAlerts(ids: readonly string[], more: object = {}) {
  const place = await shop({ trigger: { ...trigger, ...more }, actions: [told], actions_on_resolve: [told] });
  for (const id of ids) await place.fire(id);
  await eventually('the alerts are told', async () => {
    const alerts = await place.watchfire.alerts();
    return alerts.length === ids.length && alerts.every(({ deliveries }) => deliveries.length > 0);
  });
  const firings = async () => (await place.watchfire.firings()).firings.map(({ firing }) => firing);
  return { ...place, firings, cli: runIn(place.namespace) };
}

describe('alerts ls and show', () => {
  test('say what is open, for which key, and what was delivered of it', async () => {
    const { cli, firings } = await withAlerts(['r', 's']);
    const { status, out } = await cli(['alerts']);
    expect(status).toBe(0);
    expect(out.map((line) => line.replace(/ +/g, ' ').replace(/\d{4}-\d\d-\d\d [\d:]+Z/, 'NOW'))).toEqual([
      'AUTOMATION FOR SINCE REMINDED DELIVERED SEEN TO BY',
      'An automation id=r NOW 0 1 sent -',
      'An automation id=s NOW 0 1 sent -',
    ]);
    const [fired] = await firings();
    const { out: json } = await cli(['alerts', 'show', 'a', 'id=r', '-o', 'json']);
    expect(JSON.parse(json.join(''))).toMatchObject({
      automation: 'a',
      labels: { id: 'r' },
      reminder: null,
      acknowledged: null,
      firings: [{ id: fired?.id, reminder: null }],
      deliveries: [{ job: `f-${fired?.id}-0`, state: 'sent' }],
    });
    expect((await cli(['alerts', 'show', 'a', 'id=s'])).out.join('\n')).toContain(`sent at`);
    expect(await cli(['alerts', 'show', 'a', 'id=t'])).toEqual({
      status: 1,
      out: [],
      err: ['watchfire: a has no alert for id=t'],
    });
  });

  test('say that nothing is open', async () => {
    const { cli } = await withAlerts([]);
    expect(await cli(['alerts', 'ls'])).toEqual({ status: 0, out: [], err: ['no open alerts'] });
  });
});

describe('alerts resolve', () => {
  test('ends the alert of a key, whose actions on resolve are carried out, and no other', async () => {
    const { cli, firings, watchfire, jobs } = await withAlerts(['r', 's']);
    expect((await cli(['alerts', 'resolve', 'a', 'id=r'])).out).toEqual(['resolved a id=r']);
    expect((await watchfire.alerts()).map(({ labels }) => labels.id)).toEqual(['s']);
    expect((await firings()).map(({ state, labels }) => `${state} ${labels.id}`)).toEqual([
      'Triggered r',
      'Triggered s',
      'Resolved r',
    ]);
    await jobs('completed', 3);
    expect((await cli(['alerts', 'resolve', 'a', 'id=r'])).status).toBe(1);
  });
});

describe('alerts ack and snooze', () => {
  test('keep reminders, and all of a key, from people, and name who did it', async () => {
    const { cli, firings, watchfire } = await withAlerts(['r'], { remind: 1 });
    const whom = ['--by', 'ann', '--reason', 'on it'];
    const acked = await cli(['alerts', 'ack', 'a', 'id=r', ...whom]);
    expect(acked.out).toEqual(['acknowledged a id=r: no reminders until it is renewed or over']);
    const [alert] = await watchfire.alerts();
    expect(alert?.acknowledged).toMatchObject({ by: 'ann', reason: 'on it', alert: alert?.since });
    const before = (await firings()).length;
    const reminder = await eventually('a reminder comes out', async () => (await firings())[before + 1] ?? null);
    const { connections, store } = watchfire;
    const [mark] = await eventually('what became of it is recorded', async () => {
      const [marks = []] = await outcomesOf(connections.redis, store, [reminder.id]);
      return marks.length > 0 ? marks : null;
    });
    expect(mark).toMatchObject({ what: 'silenced', by: 'ann', why: 'on it' });
    expect(await watchfire.deliveriesOf([`f-${reminder.id}-0`])).toEqual([null]);
    const snoozed = await cli(['alerts', 'snooze', 'a', 'id=r', '--for', '2h', ...whom]);
    expect(snoozed.out.join('')).toMatch(/^snoozed a id=r until .*, silence s-[0-9a-f]{12}$/);
    expect((await cli(['alerts', 'ls'])).out.join('\n')).toContain('ann, ann');
  });

  test.each([
    [['ack', 'a', 'id=r'], 'alerts ack: needs --reason'],
    [['snooze', 'a', 'id=r', '--reason', 'x'], 'alerts snooze: needs --for'],
    [['resolve'], 'alerts resolve: needs an automation, and its key as name=value'],
    [['resolve', 'a', 'r'], 'alerts resolve: the key must be like id=order.1 (found "r")'],
    [['ls', 'a'], 'alerts ls: takes no key, use --automation'],
    [['end', 'a'], 'alerts: must be one of ls, show, resolve, ack, snooze (found "end")'],
  ])('%j is refused', async (argv, message) => {
    const { status, err } = await runIn('none')(['alerts', ...argv]);
    expect(status).toBe(2);
    expect(err.join('\n')).toContain(message);
  });
});

describe('windows clear', () => {
  test('forgets all of a key, and asks for a key that the automation has', async () => {
    const { cli, watchfire, firings } = await withAlerts(['r', 's']);
    expect((await cli(['windows', 'clear', 'a', 'id=r', '--yes'])).out).toEqual(['cleared a id=r']);
    expect((await watchfire.alerts()).map(({ labels }) => labels.id)).toEqual(['s']);
    expect(await firings()).toHaveLength(2);
    const { status, err } = await cli(['windows', 'clear', 'a', 'host=r', '--yes']);
    expect(status).toBe(1);
    expect(err.join('\n')).toContain('key: must be id=…');
  });
});
