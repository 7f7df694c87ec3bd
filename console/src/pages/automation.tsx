import { useCallback, useState } from 'preact/hooks';
import type { AutomationAnswer, LiveAnswer } from '../../../src/console/answers.ts';
import { post, useApi } from '../ui/api.ts';
import { clock, count, counted, seen, timeOfEntry } from '../ui/format.ts';
import { type LiveEvent, useLive } from '../ui/live.ts';
import { Act, Answer, Badge, Card, Empty, Head, Tabs } from '../ui/parts.tsx';
import { go, link } from '../ui/route.ts';
import { Difference, Yaml } from '../ui/text.tsx';
import { Example, OfAutomation } from './attention.tsx';
import { isOfAll, SilencedChips, StateBadge, useSilences } from './automations.tsx';
import { FiringList } from './firings.tsx';
import { LanesCard } from './lanes.tsx';

const TABS = [
  ['windows', 'Windows'],
  ['firings', 'Firings'],
  ['definition', 'Definition'],
  ['revisions', 'Revisions'],
  ['decisions', 'Decisions now'],
] as const;
type Tab = (typeof TABS)[number][0];

export function AutomationDetail({ id, tab }: { id: string; tab: string | undefined }) {
  const loaded = useApi<AutomationAnswer>(`/api/automations/${encodeURIComponent(id)}`, 10_000);
  const silences = useSilences().filter(({ automation }) => automation === id);
  const now = TABS.find(([name]) => name === tab)?.[0] ?? 'windows';
  return (
    <Answer of={loaded} lines={6}>
      {(automation) => (
        <>
          <Head
            title={seen(automation.name)}
            crumb={
              <>
                <a href={link('automations')}>Automations</a> <span class="soft">/ {seen(automation.id)}</span>
              </>
            }
          >
            <Acts automation={automation} reload={loaded.reload} />
          </Head>
          <div class="row wrap intro">
            <StateBadge {...automation} isSilenced={silences.some(isOfAll)} />
            <SilencedChips silences={silences} />
            <span class="soft any">{seen(automation.trigger)}</span>
            {automation.events.map((name) => (
              <a key={name} class="small any" href={link('events', 'named', name)}>
                Events {seen(name)}
              </a>
            ))}
          </div>
          <OfAutomation id={automation.id} forEach={automation.forEach} isHere />
          <Unanswered automation={automation} />
          <Words words={automation.words} />
          <Tabs
            names={TABS}
            now={now}
            turn={(name: Tab) => go('automations', automation.id, name)}
            label="Of this automation"
          />
          <Part tab={now} automation={automation} />
        </>
      )}
    </Answer>
  );
}

/** Events about which its condition could not be answered: how many, and why one was not. */
function Unanswered({ automation: { whereErrors, example } }: { automation: AutomationAnswer }) {
  if (whereErrors === 0) return null;
  return (
    <div class="intro" data-unanswered={whereErrors}>
      <p class="row wrap">
        <Badge tone="bad">no answer</Badge>
        <span>Its condition could not answer {counted(whereErrors, 'event')} so far: such events do not count.</span>
      </p>
      {example === null ? (
        <p class="small soft">None of the last events is one of them, with the condition as it is now.</p>
      ) : (
        <Example example={example} />
      )}
    </div>
  );
}

/** Words with which an event comes to nothing although its name was expected. */
const LOST = new Set(['late', 'no-value', 'over-limit']);

function Words({ words }: Pick<AutomationAnswer, 'words'>) {
  const all = Object.entries(words).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return null;
  return (
    <p class="row wrap intro small" data-words>
      <span class="soft">What it made of events in the last hour:</span>
      {all.map(([word, times]) => (
        <Badge key={word} tone={word === 'fired' ? 'fire' : LOST.has(word) ? 'warn' : ''}>
          {count(times)} {word}
        </Badge>
      ))}
    </p>
  );
}

function Acts({ automation: { id, enabled, shadow }, reload }: { automation: AutomationAnswer; reload: () => void }) {
  const act = (name: string) => () => post(`/api/automations/${encodeURIComponent(id)}/${name}`);
  return (
    <>
      <a class="button" href={link('workbench', id)}>
        Open in the workbench
      </a>
      <Act act={act(enabled ? 'disable' : 'enable')} done={reload}>
        {enabled ? 'Disable' : 'Enable'}
      </Act>
      <Act act={act(shadow ? 'promote' : 'shadow')} done={reload}>
        {shadow ? 'Promote' : 'Shadow'}
      </Act>
      <Act act={act('delete')} done={() => go('automations')} tone="danger" confirm="Delete with its state?">
        Delete
      </Act>
    </>
  );
}

function Part({ tab, automation }: { tab: Tab; automation: AutomationAnswer }) {
  switch (tab) {
    case 'windows':
      return <LanesCard id={automation.id} />;
    case 'firings':
      return (
        <Card bare>
          <FiringList filter={{ automation: automation.id, state: '', label: '' }} />
        </Card>
      );
    case 'definition':
      return <Yaml text={automation.text} />;
    case 'revisions':
      return <Revisions automation={automation} />;
    case 'decisions':
      return <Decisions id={automation.id} />;
  }
}

function Revisions({ automation: { revisions } }: { automation: AutomationAnswer }) {
  if (revisions.length < 2)
    return (
      <Card>
        <Empty title="No earlier revision is kept">Documents are kept for a week after they were replaced.</Empty>
      </Card>
    );
  return (
    <div class="stack">
      {revisions.slice(0, -1).map(({ revision, text }, i) => (
        <Card key={revision} title={`Revision ${revision}, beside ${revisions[i + 1]?.revision ?? ''}`}>
          <Difference before={revisions[i + 1]?.text ?? ''} after={text} />
        </Card>
      ))}
    </div>
  );
}

const KEPT = 200;

/** What is decided while somebody looks. */
function Decisions({ id }: { id: string }) {
  const [events, add] = useState<readonly LiveEvent[]>([]);
  const hear = useCallback(
    ({ notes }: LiveAnswer) => {
      const own = notes.filter(
        (note): note is LiveEvent =>
          note.kind === 'event' &&
          (note.decisions.some(({ automation }) => automation === id) || note.unanswered?.includes(id) === true),
      );
      if (own.length > 0) add((old) => [...own.reverse(), ...old].slice(0, KEPT));
    },
    [id],
  );
  useLive(hear);
  if (events.length === 0)
    return (
      <Card>
        <Empty title="Nothing was decided since this page was opened">It shows events as workers apply them.</Empty>
      </Card>
    );
  return (
    <Card bare>
      <table>
        <thead>
          <tr>
            <th class="fit">Applied</th>
            <th>Event</th>
            <th>Decided</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.entry}>
              <td class="fit mono">{clock(timeOfEntry(event.entry), true)}</td>
              <td>
                <a href={link('events', event.entry)}>{seen(event.event ?? event.entry)}</a>{' '}
                <span class="soft any">{seen(event.resource ?? '')}</span>
              </td>
              <td>
                {event.decisions
                  .filter(({ automation }) => automation === id)
                  .map(({ trigger, word }) => (
                    <Badge key={trigger} tone={word === 'fired' ? 'fire' : ''}>
                      {trigger === '' ? word : `${trigger}: ${word}`}
                    </Badge>
                  ))}
                {event.unanswered?.includes(id) && <Badge tone="bad">no answer</Badge>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
