import type { AutomationsAnswer, FiringAnswer, FiringsAnswer } from '../../../src/console/answers.ts';
import { rowsOf, useApi, usePages, withQuery } from '../ui/api.ts';
import { count, counted, seen } from '../ui/format.ts';
import { News, useHold } from '../ui/hold.tsx';
import { useSettled } from '../ui/now.ts';
import { Answer, Badge, Card, Empty, Head, Key, Problem, Table, Time } from '../ui/parts.tsx';
import { link, useFilter } from '../ui/route.ts';

const PAGE = 100;

/** What the page is asked for, in its address. */
const FILTER = ['automation', 'state', 'label'] as const;
type Filter = Readonly<Record<(typeof FILTER)[number], string>>;

/** Automations that are offered: as many as the API gives at once. */
const OFFERED = 500;
/** Between the last key and the question. */
const PAUSE_MS = 250;

export function Firings() {
  const [filter, change] = useFilter(FILTER);
  const wanted = useSettled(filter, PAUSE_MS);
  return (
    <div class="stack">
      <Head title="Firings">
        <OfAutomation id={filter.automation} choose={(automation) => change({ automation })} />
        <label class="field">
          State
          <select
            data-filter="state"
            value={filter.state}
            onChange={(event) => change({ state: event.currentTarget.value })}
          >
            <option value="">Any</option>
            <option>Triggered</option>
            <option>Resolved</option>
          </select>
        </label>
        <label class="field">
          Part of the key
          <input
            type="search"
            data-filter="label"
            value={filter.label}
            onInput={(event) => change({ label: event.currentTarget.value.trim() })}
          />
        </label>
      </Head>
      <Card bare>
        <FiringList filter={wanted} />
      </Card>
    </div>
  );
}

function OfAutomation({ id, choose }: { id: string; choose: (id: string) => void }) {
  const { data } = useApi<AutomationsAnswer>(withQuery('/api/automations', { limit: OFFERED }), 10_000);
  const all = data?.automations ?? [];
  const isKnown = id === '' || all.some((one) => one.id === id);
  return (
    <label class="field">
      Automation
      <select data-filter="automation" value={id} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">All</option>
        {/* One that was deleted has fired, too. */}
        {!isKnown && <option value={id}>{seen(id)}</option>}
        {all.map((one) => (
          <option key={one.id} value={one.id}>
            {seen(one.name)}
          </option>
        ))}
        {data !== null && data.total > all.length && (
          <option disabled>{count(data.total - all.length)} more: see their own pages</option>
        )}
      </select>
    </label>
  );
}

const ALL: Filter = { automation: '', state: '', label: '' };

/** What fired, page by page. */
export function FiringList({ filter = ALL }: { filter?: Filter }) {
  const { held, props } = useHold();
  const asked = { ...filter, limit: PAGE };
  const { first, fresh, more, next, error, load, renew } = usePages<FiringsAnswer>('/api/firings', asked, 4_000, held);
  return (
    <Answer of={first} lines={8}>
      {(data) => {
        const all = rowsOf(
          data.firings,
          more.flatMap((page) => page.firings),
        );
        const looked = [data, ...more].reduce((sum, page) => sum + page.looked, 0);
        const known = new Set(all.map(({ entry }) => entry));
        const news = fresh?.firings.filter(({ entry }) => !known.has(entry)).length ?? 0;
        return (
          <div {...props} data-list>
            <News stays={held || more.length > 0} fresh={news} atLeast={news >= PAGE} noun="firing" show={renew} />
            {all.length === 0 ? <None filter={filter} searched={data.searched} /> : <FiringTable firings={all} />}
            {error !== null && <Problem error={error} />}
            <div class="row pad">
              {next !== null && (
                <button type="button" onClick={() => void load()}>
                  {filter.state + filter.label === '' ? 'Older firings' : 'Look further back'}
                </button>
              )}
              {filter.state + filter.label !== '' && (
                <span class="small soft" data-looked={looked}>
                  {counted(looked, 'firing')} {filter.automation === '' ? '' : 'of this automation '}looked at
                </span>
              )}
            </div>
          </div>
        );
      }}
    </Answer>
  );
}

function None({ filter, searched }: { filter: Filter; searched: number | null }) {
  if (searched !== null) return <Empty title="None fits">The last {count(searched)} firings are of others.</Empty>;
  if (filter.automation + filter.state + filter.label !== '') return <Empty title="No firing fits" />;
  return <Empty title="Nothing has fired yet">An automation fires when its events come, or stay away.</Empty>;
}

export function StateOf({ firing: { state, shadow, reminder } }: { firing: FiringAnswer }) {
  return (
    <span class="row">
      {state === 'Resolved' ? (
        <Badge tone="good">Resolved</Badge>
      ) : (
        <Badge tone="fire">{reminder === null ? 'Triggered' : `Reminder ${reminder}`}</Badge>
      )}
      {shadow && <Badge tone="shade">Shadow</Badge>}
    </span>
  );
}

export function FiringTable({ firings, brief = false }: { firings: readonly FiringAnswer[]; brief?: boolean }) {
  return (
    <Table
      head={
        <>
          <th class="fit">Decided</th>
          <th>Automation</th>
          <th>For</th>
          <th class="fit">State</th>
          {!brief && <th class="narrow-off">By</th>}
        </>
      }
    >
      {firings.map((firing) => (
        <tr key={firing.entry} data-id={firing.id}>
          <td class="fit">
            <a href={link('firings', firing.id)} title="Why it fired">
              <Time at={firing.decided} fine={!brief} />
            </a>
          </td>
          <td class="lead">
            <a class="main-line" href={link('automations', firing.automation)}>
              {seen(firing.name)}
            </a>
          </td>
          <td>
            <Key labels={firing.labels} />
          </td>
          <td class="fit">
            <StateOf firing={firing} />
          </td>
          {!brief && (
            <td class="narrow-off any">
              {firing.event === null ? <span class="soft">what did not come</span> : seen(firing.event.event)}
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}
