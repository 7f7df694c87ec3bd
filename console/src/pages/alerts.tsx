import { useState } from 'preact/hooks';
import type { AlertAnswer, AlertsAnswer, SilenceAnswer } from '../../../src/console/answers.ts';
import { post, useApi } from '../ui/api.ts';
import { seen, span } from '../ui/format.ts';
import { useNow } from '../ui/now.ts';
import { Act, ActsHead, Answer, Badge, Card, Dialog, Empty, Form, Head, Key, Table, Time } from '../ui/parts.tsx';
import { link } from '../ui/route.ts';
import { useShared } from '../ui/session.ts';

export function Alerts() {
  const alerts = useApi<AlertsAnswer>('/api/alerts', 5_000);
  const silences = useApi<{ silences: readonly SilenceAnswer[] }>('/api/silences', 5_000);
  const reload = (): void => {
    alerts.reload();
    silences.reload();
  };
  return (
    <div class="stack">
      <Head title="Alerts and silences" />
      <Card title="Not resolved" bare>
        <Answer of={alerts} lines={6}>
          {(data) =>
            data.alerts.length === 0 ? (
              <Empty title="No alert is open">Alerts are set by absences, and by triggers with `resolve`.</Empty>
            ) : (
              <AlertTable alerts={data.alerts} reload={reload} />
            )
          }
        </Answer>
      </Card>
      <Card title="Silences" bare>
        <Answer of={silences}>
          {(data) =>
            data.silences.length === 0 ? (
              <Empty title="Nothing is silenced">
                A silence keeps actions back for a while; firings are recorded all the same.
              </Empty>
            ) : (
              <SilenceTable silences={data.silences} reload={reload} />
            )
          }
        </Answer>
      </Card>
    </div>
  );
}

function AlertTable({ alerts, reload }: { alerts: readonly AlertAnswer[]; reload: () => void }) {
  const now = useNow();
  return (
    <Table
      head={
        <>
          <th>Alert</th>
          <th class="fit">Since</th>
          <th class="fit">Reminders</th>
          <th>Deliveries</th>
          <ActsHead />
        </>
      }
    >
      {alerts.map((alert) => (
        <tr key={`${alert.automation} ${JSON.stringify(alert.labels)}`}>
          <td class="lead">
            <a class="main-line" href={link('automations', alert.automation)}>
              {seen(alert.name)}
            </a>
            <div>
              <Key labels={alert.labels} />
            </div>
            <Kept alert={alert} />
          </td>
          <td class="fit">
            <Time at={alert.since} />
            <div class="sub-line">for {span(now - alert.since)}</div>
          </td>
          <td class="fit" data-name="reminders">
            {alert.firings.filter(({ reminder }) => reminder !== null).length}
            {alert.reminder !== null && (
              <div class="sub-line">
                next <Time at={alert.reminder} relative />
              </div>
            )}
          </td>
          <td data-name="deliveries">
            {alert.deliveries.length === 0 && <span class="soft">0</span>}
            {alert.deliveries.slice(0, 5).map((one) => (
              <Badge key={one.job} tone={one.state === 'failed' ? 'bad' : one.state === 'sent' ? 'good' : ''}>
                {seen(one.target ?? one.type)}: {one.state}
              </Badge>
            ))}
          </td>
          <td class="fit">
            <AlertActs alert={alert} reload={reload} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Kept({ alert: { acknowledged, snoozed } }: { alert: AlertAnswer }) {
  return (
    <>
      {acknowledged && (
        <div class="sub-line">
          <Badge tone="blue">acknowledged</Badge> by {seen(acknowledged.by)}: {seen(acknowledged.reason)}
        </div>
      )}
      {snoozed && (
        <div class="sub-line">
          <Badge tone="warn">silenced</Badge> until <Time at={snoozed.until} /> by {seen(snoozed.by)}
        </div>
      )}
    </>
  );
}

function AlertActs({
  alert: { automation, labels, acknowledged },
  reload,
}: {
  alert: AlertAnswer;
  reload: () => void;
}) {
  const { session, askToken } = useShared();
  const [asking, ask] = useState<'acknowledge' | 'silence' | null>(null);
  if (!session.allowChanges) return null;
  const open = (what: 'acknowledge' | 'silence') => () => (session.change ? ask(what) : askToken());
  return (
    <span class="row">
      {!acknowledged && (
        <button type="button" onClick={open('acknowledge')}>
          Acknowledge
        </button>
      )}
      <button type="button" onClick={open('silence')}>
        Silence
      </button>
      <Act act={() => post('/api/alerts/resolve', { automation, labels })} done={reload} confirm="Resolve it?">
        Resolve
      </Act>
      {asking !== null && (
        <KeepDialog
          what={asking}
          send={(body) =>
            post(asking === 'silence' ? '/api/silences' : '/api/alerts/acknowledge', { automation, labels, ...body })
          }
          close={() => ask(null)}
          done={reload}
        />
      )}
    </span>
  );
}

type KeepProps = {
  what: 'acknowledge' | 'silence';
  send: (body: Record<string, string>) => Promise<unknown>;
  close: () => void;
  done: () => void;
};

function KeepDialog({ what, send, close, done }: KeepProps) {
  const [said, say] = useState({ by: '', reason: '', for: '2h' });
  const submit = async (): Promise<void> => {
    const { by, reason } = said;
    await send(what === 'silence' ? said : { by, reason });
    done();
    close();
  };
  const field = (name: keyof typeof said, words: string) => (
    <label class="field">
      {words}
      <input
        type="text"
        required
        value={said[name]}
        onInput={(event) => say({ ...said, [name]: event.currentTarget.value })}
      />
    </label>
  );
  return (
    <Dialog title={what === 'silence' ? 'Silence this key' : 'Acknowledge this alert'} close={close}>
      <Form
        send={submit}
        submit={what === 'silence' ? 'Silence' : 'Acknowledge'}
        beside={
          <button type="button" onClick={close}>
            Leave it
          </button>
        }
      >
        {field('by', 'Your name')}
        {field('reason', 'Why')}
        {what === 'silence' && field('for', 'How long, as 2h')}
      </Form>
    </Dialog>
  );
}

function SilenceTable({ silences, reload }: { silences: readonly SilenceAnswer[]; reload: () => void }) {
  return (
    <Table
      head={
        <>
          <th>Of</th>
          <th class="fit">Until</th>
          <th>Why</th>
          <ActsHead />
        </>
      }
    >
      {silences.map(({ id, automation, labels, until, by, reason, acknowledges }) => (
        <tr key={id}>
          <td class="lead">
            {automation === null ? 'all automations' : <a href={link('automations', automation)}>{seen(automation)}</a>}{' '}
            <Key labels={labels} />
            {acknowledges && <div class="sub-line">reminders of one alert only</div>}
          </td>
          <td class="fit" data-name="ends">
            <Time at={until} relative />
          </td>
          <td class="any">
            {seen(reason)}
            <div class="sub-line">by {seen(by)}</div>
          </td>
          <td class="fit">
            <Act act={() => post(`/api/silences/${encodeURIComponent(id)}/end`)} done={reload}>
              End
            </Act>
          </td>
        </tr>
      ))}
    </Table>
  );
}
