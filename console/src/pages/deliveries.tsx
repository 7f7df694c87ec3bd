import { useState } from 'preact/hooks';
import type { DeliveryAnswer, DeliveryGroupAnswer, DeliveryGroupsAnswer } from '../../../src/console/answers.ts';
import { post, useApi, withQuery } from '../ui/api.ts';
import { count, counted, seen } from '../ui/format.ts';
import { Act, ActsHead, Answer, Badge, Card, Empty, Key, Table, Time, type Tone } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';

type Acted = { done: number; unfit: { id: string; reason: string }[] };

/** What could not be done is an error of its own. */
export async function acting(path: string, ids: readonly string[]): Promise<void> {
  const { done, unfit } = await post<Acted>(path, { ids });
  if (done === 0 && unfit[0]) throw new Error(unfit[0].reason);
}

const STATES = ['', 'failed', 'retried', 'waiting', 'sent'] as const;

export function Deliveries() {
  const [state, choose] = useState('');
  const list = useApi<DeliveryGroupsAnswer>(withQuery('/api/deliveries/groups', { state }), 5_000);
  return (
    <Card
      title="Deliveries of actions"
      bare
      extra={
        <select aria-label="State" value={state} onChange={(event) => choose(event.currentTarget.value)}>
          {STATES.map((one) => (
            <option key={one} value={one}>
              {one === '' ? 'All states' : one}
            </option>
          ))}
        </select>
      }
    >
      <Answer of={list} lines={6}>
        {({ groups, looked, more }) =>
          groups.length === 0 ? (
            <Empty title={state === '' ? 'No delivery is noted' : `No delivery is ${state}`}>
              Messages, webhooks and what else actions do would stand here.
            </Empty>
          ) : (
            <>
              <Table
                head={
                  <>
                    <th class="fit">Last noted</th>
                    <th>Delivery</th>
                    <th class="num">Number</th>
                    <th class="fit">State</th>
                    <ActsHead />
                  </>
                }
              >
                {groups.map((group) => (
                  <Group key={group.key} group={group} reload={list.reload} />
                ))}
              </Table>
              <p class="small soft pad">
                {more ? `The newest ${count(looked)} deliveries` : counted(looked, 'delivery', 'deliveries')}, those
                that are alike as one
              </p>
            </>
          )
        }
      </Answer>
    </Card>
  );
}

const TONES: Readonly<Record<string, Tone>> = { failed: 'bad', sent: 'good', retried: 'warn' };

/** Deliveries that are alike. One alone is shown whole. */
function Group({ group, reload }: { group: DeliveryGroupAnswer; reload: () => void }) {
  const { automation, type, target, state, status, error, count: many, first, last, jobs, newest } = group;
  const [open, turn] = useState(false);
  const only = many === 1 ? newest[0] : undefined;
  return (
    <>
      <tr data-group={many} data-job={only?.job}>
        <td class="fit">
          <Time at={last} />
          {many > 1 && (
            <div class="sub-line">
              since <Time at={first} />
            </div>
          )}
        </td>
        <td class="lead">
          <div class="main-line">
            {seen(type)}
            {target !== null && ` to ${seen(target)}`}
          </div>
          <div class="sub-line any">
            of <a href={link('automations', automation)}>{seen(automation)}</a>
            {only !== undefined && <OneOf one={only} />}
          </div>
          {error !== '' && <div class="sub-line">{seen(error)}</div>}
        </td>
        <td class="num" data-name="alike">
          {count(many)}
        </td>
        <td class="fit">
          <Badge tone={TONES[state] ?? ''}>{state}</Badge>
          {status !== null && <div class="sub-line">answered {status}</div>}
        </td>
        <td class="fit">
          <span class="row">
            {many > 1 && (
              <button type="button" aria-expanded={open} onClick={() => turn(!open)}>
                {open ? 'Fold' : 'Show each'}
              </button>
            )}
            <DeliveryActs state={state} jobs={jobs} reload={reload} />
          </span>
        </td>
      </tr>
      {open && newest.map((one) => <DeliveryRow key={one.job} one={one} reload={reload} />)}
      {open && many > newest.length && (
        <tr class="under">
          <td colSpan={5}>and {count(many - newest.length)} older ones</td>
        </tr>
      )}
    </>
  );
}

function DeliveryActs({ state, jobs, reload }: { state: string; jobs: readonly string[]; reload: () => void }) {
  if (state === 'sent') return null;
  const all = jobs.length === 1 ? '' : ` all ${count(jobs.length)}`;
  return (
    <>
      {state === 'failed' && (
        <Act act={() => acting('/api/deliveries/retry', jobs)} done={reload}>
          Retry{all}
        </Act>
      )}
      <Act
        act={() => acting('/api/deliveries/drop', jobs)}
        done={reload}
        tone="danger"
        confirm={jobs.length === 1 ? 'Give it up?' : `Give ${count(jobs.length)} up?`}
      >
        Drop{all}
      </Act>
    </>
  );
}

/** What tells one delivery from others that are alike. */
function OneOf({ one: { labels, firing, tries, attempts } }: { one: DeliveryAnswer }) {
  return (
    <>
      {' '}
      <Key labels={labels} /> <a href={link('firings', firing)}>why</a>, {tries} of {counted(attempts, 'try', 'tries')}
    </>
  );
}

function DeliveryRow({ one, reload }: { one: DeliveryAnswer; reload: () => void }) {
  const { job, at, state } = one;
  return (
    <tr class="under" data-job={job}>
      <td class="fit">
        <Time at={at} />
      </td>
      <td class="lead sub-line" colSpan={3}>
        <OneOf one={one} />
      </td>
      <td class="fit">
        <span class="row">
          <DeliveryActs state={state} jobs={[job]} reload={reload} />
        </span>
      </td>
    </tr>
  );
}
