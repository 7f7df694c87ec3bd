import { useRef, useState } from 'preact/hooks';
import type { QueueAnswer, QueueJobAnswer } from '../../../src/console/answers.ts';
import { useApi, withQuery } from '../ui/api.ts';
import { compact, count, seen } from '../ui/format.ts';
import { Answer, Badge, Card, Empty, Ghosts, Head, Table, Tabs, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';

type Depth = QueueAnswer['depth'];

const STATES = [
  ['waiting', 'Waiting'],
  ['active', 'Active'],
  ['delayed', 'Delayed'],
  ['prioritized', 'Prioritized'],
  ['failed', 'Failed'],
  ['completed', 'Completed'],
] as const;
type State = (typeof STATES)[number][0];

export function Queues() {
  const queues = useApi<{ queues: readonly QueueAnswer[] }>('/api/queues', 3_000);
  return (
    <div class="stack">
      <Head title="Queues" />
      <Card bare>
        <Answer of={queues}>
          {(data) =>
            data.queues.length === 0 ? (
              <Empty title="No automation names a queue">Firings with actions make jobs in BullMQ queues.</Empty>
            ) : (
              <Table
                head={
                  <>
                    <th>Queue</th>
                    <th class="fit narrow-off">Jobs</th>
                    {STATES.map(([state, words]) => (
                      <th class="num" key={state}>
                        {words}
                      </th>
                    ))}
                  </>
                }
              >
                {data.queues.map((queue) => (
                  <Row key={queue.name} queue={queue} />
                ))}
              </Table>
            )
          }
        </Answer>
      </Card>
    </div>
  );
}

function unfinished({ waiting, prioritized, delayed, active }: Depth): number {
  return waiting + prioritized + delayed + active;
}

function Row({ queue: { name, depth, named, attended } }: { queue: QueueAnswer }) {
  const alone = unfinished(depth) > 0 && !attended;
  return (
    <tr data-queue={name}>
      <td class="lead">
        <a class="main-line" href={link('queues', name)}>
          {seen(name)}
        </a>
        <div class="row wrap">
          {alone && <Badge tone="bad">no BullMQ worker takes its jobs</Badge>}
          {attended && <Badge tone="good">attended</Badge>}
          {!named && name !== 'deliveries' && <Badge>no automation names it now</Badge>}
        </div>
      </td>
      <td class="fit narrow-off">
        <Meter depth={depth} />
      </td>
      {STATES.map(([state, words]) => (
        <td class="num" key={state} data-name={words.toLowerCase()}>
          {depth[state] === 0 ? <span class="soft">0</span> : compact(depth[state])}
        </td>
      ))}
    </tr>
  );
}

const PARTS = ['waiting', 'active', 'delayed', 'failed', 'completed'] as const;

function Meter({ depth }: { depth: Depth }) {
  const all = Math.max(
    1,
    Object.values(depth).reduce((sum, one) => sum + one, 0),
  );
  return (
    <div class="meter" aria-hidden="true">
      {PARTS.map((part) => {
        const many = part === 'waiting' ? depth.waiting + depth.prioritized : depth[part];
        return many === 0 ? null : <i key={part} class={`s-${part}`} style={{ width: `${(many / all) * 100}%` }} />;
      })}
    </div>
  );
}

const PAGE = 25;

/** The first state that has jobs. */
function firstOf(depth: Depth | null): State {
  return STATES.find(([state]) => depth !== null && depth[state] > 0)?.[0] ?? 'waiting';
}

export function QueueDetail({ name }: { name: string }) {
  const queues = useApi<{ queues: readonly QueueAnswer[] }>('/api/queues', 3_000);
  const depth = queues.data?.queues.find((queue) => queue.name === name)?.depth ?? null;
  const isKnown = queues.data !== null || queues.error !== null;
  // It stays open when its jobs are done.
  const first = useRef<State | null>(null);
  if (isKnown) first.current ??= firstOf(depth);
  return (
    <div>
      <Head title={seen(name)} crumb={<a href={link('queues')}>Queues</a>} />
      {first.current === null ? <Ghosts lines={6} /> : <JobsByState name={name} depth={depth} first={first.current} />}
    </div>
  );
}

type JobsProps = { name: string; depth: Depth | null; first: State };

function JobsByState({ name, depth, first }: JobsProps) {
  const [state, turn] = useState(first);
  const [start, move] = useState(0);
  const names = STATES.map(
    ([one, words]) => [one, depth === null ? words : `${words} ${compact(depth[one])}`] as const,
  );
  const path = `/api/queues/${encodeURIComponent(name)}/jobs`;
  const jobs = useApi<{ jobs: readonly QueueJobAnswer[] }>(withQuery(path, { state, start, limit: PAGE }), 4_000);
  const choose = (next: State): void => {
    turn(next);
    move(0);
  };
  return (
    <>
      <Tabs names={names} now={state} turn={choose} label="Jobs by state" />
      <Card bare>
        <Answer of={jobs} lines={6}>
          {(data) => (
            <>
              {data.jobs.length === 0 ? <Empty title={`No job is ${state}`} /> : <Jobs jobs={data.jobs} />}
              {(start > 0 || data.jobs.length === PAGE) && (
                <div class="row pad" data-pager>
                  <button type="button" disabled={start === 0} onClick={() => move(Math.max(0, start - PAGE))}>
                    Before
                  </button>
                  <button type="button" disabled={data.jobs.length < PAGE} onClick={() => move(start + PAGE)}>
                    Next
                  </button>
                  <span class="small soft">from {count(start + 1)}</span>
                </div>
              )}
            </>
          )}
        </Answer>
      </Card>
    </>
  );
}

function Jobs({ jobs }: { jobs: readonly QueueJobAnswer[] }) {
  return (
    <Table
      head={
        <>
          <th class="fit">Added</th>
          <th>Job</th>
          <th class="fit">Finished</th>
          <th class="num">Tries</th>
        </>
      }
    >
      {jobs.map(({ id, name, added, finished, tries, error, data }) => (
        <tr key={id} data-job={id}>
          <td class="fit">
            <Time at={added} fine />
          </td>
          <td class="lead">
            <div class="main-line">{seen(name)}</div>
            <div class="sub-line mono">{/^[fgh]-/.test(id) ? <a href={link('firings', id)}>{id}</a> : seen(id)}</div>
            {error !== '' && <div class="sub-line">{seen(error)}</div>}
            <details>
              <summary class="small">Its data</summary>
              <pre class="block">{seen(data)}</pre>
            </details>
          </td>
          <td class="fit" data-name="finished">
            <Time at={finished} fine />
          </td>
          <td class="num" data-name="tries">
            {tries}
          </td>
        </tr>
      ))}
    </Table>
  );
}
