import { useState } from 'preact/hooks';
import type { LetterAnswer } from '../../../src/console/answers.ts';
import { get, post, useApi } from '../ui/api.ts';
import { counted, seen } from '../ui/format.ts';
import { Act, ActsHead, Answer, Card, Dialog, Empty, Form, Head, Table, Tabs, Time } from '../ui/parts.tsx';
import { go } from '../ui/route.ts';
import { useShared } from '../ui/session.ts';
import { acting, Deliveries } from './deliveries.tsx';

export function Failures({ tab }: { tab: string | undefined }) {
  const now = tab === 'deliveries' ? 'deliveries' : 'letters';
  return (
    <div>
      <Head title="Dead letters and deliveries" />
      <Tabs
        names={[
          ['letters', 'Dead letters'],
          ['deliveries', 'Deliveries'],
        ]}
        now={now}
        turn={(name) => go('failures', name)}
        label="Dead letters or deliveries"
      />
      {now === 'letters' ? <Letters /> : <Deliveries />}
    </div>
  );
}

function Letters() {
  const letters = useApi<{ letters: readonly LetterAnswer[] }>('/api/letters', 5_000);
  const [edited, edit] = useState<LetterAnswer | null>(null);
  return (
    <Card bare>
      <Answer of={letters} lines={6}>
        {(data) =>
          data.letters.length === 0 ? (
            <Empty title="Nothing was given up">
              Entries that are no events, and jobs that nobody takes, would stand here.
            </Empty>
          ) : (
            <Table
              head={
                <>
                  <th class="fit">Given up</th>
                  <th>What was wrong</th>
                  <ActsHead />
                </>
              }
            >
              {data.letters.map((letter) => (
                <LetterRow key={letter.id} letter={letter} reload={letters.reload} edit={() => edit(letter)} />
              ))}
            </Table>
          )
        }
      </Answer>
      {edited && <EditDialog letter={edited} close={() => edit(null)} done={letters.reload} />}
    </Card>
  );
}

const SOURCES: Readonly<Record<LetterAnswer['source'], string>> = {
  events: 'an entry',
  firings: 'a firing',
  windows: 'a window',
  sources: 'from a source',
};

/** Characters of fields that stand beside a letter. */
const BRIEF = 220;

function LetterRow({ letter, reload, edit }: { letter: LetterAnswer; reload: () => void; edit: () => void }) {
  const { id, at, source, entry, reason, error, attempts, fields } = letter;
  const { session, askToken } = useShared();
  return (
    <tr data-letter={id}>
      <td class="fit">
        <Time at={at} />
        <div class="sub-line">{SOURCES[source]}</div>
      </td>
      <td class="lead">
        <div class="main-line">{seen(reason)}</div>
        {error !== '' && <div class="sub-line">{seen(error)}</div>}
        <div class="sub-line">
          <span class="mono">{entry}</span>, {counted(attempts, 'try', 'tries')}
        </div>
        {fields.length > 0 && (
          <details>
            <summary class="small any">
              Its fields: <span class="mono soft">{seen(inLines(fields).replaceAll('\n', ' · ').slice(0, BRIEF))}</span>
            </summary>
            <pre class="block">{seen(inLines(fields))}</pre>
          </details>
        )}
      </td>
      <td class="fit">
        <span class="row">
          <Act act={() => acting('/api/letters/redrive', [id])} done={reload}>
            Redrive
          </Act>
          {session.allowChanges && source === 'events' && (
            <button type="button" onClick={session.change ? edit : askToken}>
              Edit and send
            </button>
          )}
          <Act act={() => acting('/api/letters/purge', [id])} done={reload} tone="danger" confirm="Drop it for good?">
            Drop
          </Act>
        </span>
      </td>
    </tr>
  );
}

function inLines(fields: readonly string[]): string {
  const lines: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) lines.push(`${fields[i]}: ${fields[i + 1]}`);
  return lines.join('\n');
}

/** The event that the fields mean, as far as that can be seen. */
function eventOf(fields: readonly string[]): unknown {
  const named = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) named.set(fields[i] ?? '', fields[i + 1] ?? '');
  const data = named.get('data');
  if (data !== undefined) {
    try {
      return JSON.parse(data) as unknown;
    } catch {
      return data;
    }
  }
  const event: Record<string, unknown> = {};
  for (const [name, value] of named) {
    const [first = '', ...rest] = name.split('.');
    if (rest.length === 0) event[first] = value;
    else event[first] = { ...(event[first] as object | undefined), [rest.join('.')]: value };
  }
  return event;
}

function EditDialog({ letter, close, done }: { letter: LetterAnswer; close: () => void; done: () => void }) {
  const [text, set] = useState(() => JSON.stringify(eventOf(letter.fields), null, 2));
  const whole = async (): Promise<void> => {
    const { fields } = await get<LetterAnswer>(`/api/letters/${encodeURIComponent(letter.id)}`);
    set(JSON.stringify(eventOf(fields), null, 2));
  };
  const send = async (): Promise<void> => {
    await post(`/api/letters/${encodeURIComponent(letter.id)}/replacement`, { event: JSON.parse(text) as unknown });
    done();
    close();
  };
  return (
    <Dialog title="Send this event in its place" close={close}>
      <Form
        send={send}
        submit="Send, and drop the letter"
        beside={
          <>
            <button type="button" onClick={() => void whole()}>
              Load all of it
            </button>
            <button type="button" onClick={close}>
              Leave it
            </button>
          </>
        }
      >
        <p class="soft">{seen(letter.reason)}</p>
        <label class="field">
          The event, as JSON
          <textarea rows={14} spellcheck={false} value={text} onInput={(event) => set(event.currentTarget.value)} />
        </label>
      </Form>
    </Dialog>
  );
}
