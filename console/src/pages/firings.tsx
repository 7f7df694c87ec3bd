import type { FiringAnswer, FiringsAnswer } from '../../../src/console/answers.ts';
import { rowsOf, usePages } from '../ui/api.ts';
import { seen } from '../ui/format.ts';
import { News, useHold } from '../ui/hold.tsx';
import { Answer, Badge, Card, Empty, Head, Key, Problem, Table, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';

const PAGE = 100;

export function Firings() {
  return (
    <div class="stack">
      <Head title="Firings" />
      <Card bare>
        <FiringList />
      </Card>
    </div>
  );
}

/** What fired, page by page. */
export function FiringList({ automation }: { automation?: string }) {
  const { held, props } = useHold();
  const asked = { automation, limit: PAGE };
  const { first, fresh, more, next, error, load, renew } = usePages<FiringsAnswer>('/api/firings', asked, 4_000, held);
  return (
    <Answer of={first} lines={8}>
      {({ firings, searched }) => {
        const all = rowsOf(
          firings,
          more.flatMap((page) => page.firings),
        );
        if (all.length === 0)
          return (
            <Empty title="Nothing has fired yet">
              {searched === null
                ? 'An automation fires when its events come, or stay away.'
                : `The last ${searched} firings are of others.`}
            </Empty>
          );
        const known = new Set(all.map(({ entry }) => entry));
        const news = fresh?.firings.filter(({ entry }) => !known.has(entry)).length ?? 0;
        return (
          <div {...props} data-list>
            <News stays={held || more.length > 0} fresh={news} atLeast={news >= PAGE} noun="firing" show={renew} />
            <FiringTable firings={all} />
            {error !== null && <Problem error={error} />}
            {next !== null && (
              <div class="pad">
                <button type="button" onClick={() => void load()}>
                  Older firings
                </button>
              </div>
            )}
          </div>
        );
      }}
    </Answer>
  );
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
