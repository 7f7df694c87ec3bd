import { useState } from 'preact/hooks';
import type { AutomationsAnswer, SilenceAnswer } from '../../../src/console/answers.ts';
import { useApi, withQuery } from '../ui/api.ts';
import { Spark } from '../ui/chart.tsx';
import { compact, count, counted, keyText, seen } from '../ui/format.ts';
import { useSettled } from '../ui/now.ts';
import { Answer, Badge, Card, Empty, Head, Table, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';

const PAGE = 100;

type State = { enabled: boolean; shadow: boolean; isSilenced: boolean };

export function StateBadge({ enabled, shadow, isSilenced }: State) {
  if (!enabled) return <Badge>Disabled</Badge>;
  if (shadow) return <Badge tone="shade">Shadow</Badge>;
  return <Badge tone={isSilenced ? '' : 'good'}>Live</Badge>;
}

/** Silences that keep actions of automations back; an acknowledged alert still fires for others. */
export function useSilences(): readonly SilenceAnswer[] {
  const { data } = useApi<{ silences: readonly SilenceAnswer[] }>('/api/silences', 4_000);
  return data?.silences.filter(({ acknowledges }) => !acknowledges) ?? [];
}

/** Whether a silence is of all keys: it names none. */
export function isOfAll({ labels }: SilenceAnswer): boolean {
  return Object.keys(labels).length === 0;
}

/** More of them are counted. */
const CHIPS = 3;

export function SilencedChips({ silences }: { silences: readonly SilenceAnswer[] }) {
  const shown = [...silences].sort((a, b) => Number(isOfAll(b)) - Number(isOfAll(a))).slice(0, CHIPS);
  return (
    <>
      {shown.map((one) => (
        <span key={one.id} class="badge warn long" data-silenced={one.id} title={one.reason}>
          <span>
            {isOfAll(one) ? 'silenced' : `${seen(keyText(one.labels))} silenced`} until <Time at={one.until} /> by{' '}
            {seen(one.by)}
          </span>
        </span>
      ))}
      {silences.length > CHIPS && <a href={link('alerts')}>{silences.length - CHIPS} silences more</a>}
    </>
  );
}

export function Automations() {
  const [q, find] = useState('');
  const [start, turn] = useState(0);
  const wanted = useSettled(q, 150);
  const list = useApi<AutomationsAnswer>(withQuery('/api/automations', { q: wanted, start, limit: PAGE }), 4_000);
  return (
    <div class="stack">
      <Head title="Automations">
        <input
          type="search"
          placeholder="Find by name or id  ( / )"
          aria-label="Find by name or id"
          value={q}
          onInput={(event) => {
            find(event.currentTarget.value);
            turn(0);
          }}
        />
        <a class="button" href={link('workbench')}>
          New in the workbench
        </a>
      </Head>
      <Card bare>
        <Answer of={list} lines={6}>
          {({ automations, total }) =>
            automations.length === 0 ? (
              <Empty title={q === '' ? 'There are no automations' : 'None fits'}>
                {q === ''
                  ? 'Write one in the workbench, or put some by: watchfire apply FILE'
                  : 'Another part of a name may.'}
              </Empty>
            ) : (
              <>
                <AutomationTable automations={automations} />
                {total > PAGE && (
                  <div class="row pad">
                    <button type="button" disabled={start === 0} onClick={() => turn(Math.max(0, start - PAGE))}>
                      Before
                    </button>
                    <button type="button" disabled={start + PAGE >= total} onClick={() => turn(start + PAGE)}>
                      Next
                    </button>
                    <span class="soft">
                      {start + 1} to {Math.min(total, start + PAGE)} of {count(total)}
                    </span>
                  </div>
                )}
              </>
            )
          }
        </Answer>
      </Card>
    </div>
  );
}

function AutomationTable({ automations }: Pick<AutomationsAnswer, 'automations'>) {
  const silences = useSilences();
  const silencesOf = (id: string) => silences.filter(({ automation }) => automation === id);
  return (
    <Table
      head={
        <>
          <th>Automation</th>
          <th class="fit">State</th>
          <th class="fit narrow-off">Last hour</th>
          <th class="num">Firings</th>
          <th class="num" title="Keys that hold state: a window, an alert, or how long they are quiet">
            Keys held
          </th>
          <th class="fit">Last firing</th>
        </>
      }
    >
      {automations.map((one) => (
        <tr key={one.id} data-id={one.id}>
          <td class="lead">
            <a class="main-line" href={link('automations', one.id)}>
              {seen(one.name)}
            </a>
            <div class="sub-line">{seen(one.trigger)}</div>
            {one.whereErrors > 0 && (
              <div class="sub-line">
                <Badge tone="bad">no answer</Badge> its condition could not answer {counted(one.whereErrors, 'event')}
              </div>
            )}
            <SilencedChips silences={silencesOf(one.id)} />
          </td>
          <td class="fit">
            <StateBadge {...one} isSilenced={silencesOf(one.id).some(isOfAll)} />
          </td>
          <td class="fit narrow-off">
            <Spark values={one.minutes} label={`${one.firings} firings in the last hour`} />
          </td>
          <td class="num" data-name="firings in the last hour">
            {compact(one.firings)}
          </td>
          <td class="num" data-name="keys with state">
            {compact(one.windows)}
          </td>
          <td class="fit" data-name="last firing">
            <Time at={one.lastFiring} relative />
          </td>
        </tr>
      ))}
    </Table>
  );
}
