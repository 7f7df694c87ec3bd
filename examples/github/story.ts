import { text } from '../../src/model/presets/fields.ts';
import { sample, sampleDeliveries, varied } from './samples.ts';
import { type Delivery, toEvent } from './to-event.ts';

/** Deliveries that arrive at `atMs` (ms since 1970); none: only time goes by. */
export type Step = Readonly<{ atMs: number; say: string; deliveries: readonly Delivery[] }>;

/** The two days that are made up begin here, later than any sample. */
const MORNING_MS = Date.parse('2026-03-02T00:00:00Z');
const DAY_MS = 86_400_000;

const GITHUB = 'https://github.com';

/**
 * All samples, each arriving when it says it happened. Those that do not say arrive at the end, since what nobody dates
 * is taken for new.
 */
export function historySteps(): Step[] {
  const dated = sampleDeliveries().map((delivery) => {
    const { occurred } = toEvent(delivery);
    return { delivery, atMs: occurred === undefined ? null : Date.parse(occurred) };
  });
  const lastMs = Math.max(...dated.map(({ atMs }) => atMs ?? 0));
  const steps = dated.map(({ delivery, atMs }) => ({ atMs: atMs ?? lastMs, say: '', deliveries: [delivery] }));
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/**
 * Two days of a maintainer, told with real payloads: ids, numbers, times and people are made up, and so are the failures,
 * since every sample of a workflow run and a deployment is a success. Everything else is as GitHub sent it.
 */
export function storySteps(): Step[] {
  return [...pullRequests(), ...redMain(), ...issues(), ...release(), ...nextDay()];
}

function at(time: string, day = 0): number {
  return MORNING_MS + day * DAY_MS + Date.parse(`1970-01-01T${time}Z`);
}

/** GitHub writes whole seconds. */
function iso(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}

function step(atMs: number, say: string, ...deliveries: Delivery[]): Step {
  return { atMs, say, deliveries };
}

function pullRequests(): Step[] {
  return [opened(at('08:00:00'), 7), opened(at('08:05:00'), 8)];
}

function opened(atMs: number, number: number): Step {
  const created = { created_at: iso(atMs), updated_at: iso(atMs), user: { login: 'hacktocat' } };
  const pull = { number, html_url: `${GITHUB}/Codertocat/Hello-World/pull/${number}`, ...created };
  const changes = { number, pull_request: pull, sender: { login: 'hacktocat' } };
  const delivery = varied(sample('pull_request', 'opened'), `story-pull-${number}`, changes);
  return step(atMs, `hacktocat opens pull request ${number}`, delivery);
}

function reviewed(atMs: number, number: number): Step {
  const changes = { pull_request: { number, updated_at: iso(atMs) }, review: { submitted_at: iso(atMs) } };
  const delivery = varied(sample('pull_request_review', 'submitted'), `story-review-${number}`, changes);
  return step(atMs, `Codertocat reviews pull request ${number}`, delivery);
}

function redMain(): Step[] {
  const again = run(at('09:25:00'), 165, 'failure');
  return [
    run(at('09:10:00'), 164, 'failure'),
    again,
    { ...again, atMs: at('09:26:00'), say: 'GitHub delivers run 165 once more' },
    run(at('09:40:00'), 166, 'success'),
    run(at('09:55:00'), 167, 'failure'),
    run(at('10:00:00'), 168, 'failure'),
    reviewed(at('10:20:00'), 8),
  ];
}

function run(atMs: number, number: number, conclusion: string): Step {
  const id = 289_782_287 + number;
  const html_url = `${GITHUB}/octo-org/octo-repo/actions/runs/${id}`;
  const changes = { workflow_run: { id, run_number: number, html_url, conclusion, updated_at: iso(atMs) } };
  const success = sample('workflow_run', 'completed', (one) => text(one, 'workflow_run', 'conclusion') === 'success');
  return step(atMs, `workflow run ${number}: ${conclusion}`, varied(success, `story-run-${number}`, changes));
}

function issues(): Step[] {
  return [
    issue(at('11:01:00'), 21, 'hubwriter', 'Hello-World'),
    issue(at('11:02:00'), 22, 'hubwriter', 'Hello-World'),
    issue(at('11:02:30'), 23, 'hacktocat', 'Hello-World'),
    issue(at('11:03:00'), 1, 'hubwriter', 'hello-world-npm'),
    issue(at('11:04:00'), 24, 'hubwriter', 'Hello-World'),
    issue(at('11:05:00'), 2, 'hubwriter', 'hello-world-npm'),
  ];
}

function issue(atMs: number, number: number, login: string, name: string): Step {
  const full_name = `Codertocat/${name}`;
  const html_url = `${GITHUB}/${full_name}/issues/${number}`;
  const delivery = varied(sample('issues', 'opened'), `story-issue-${name}-${number}`, {
    issue: { number, html_url, created_at: iso(atMs), updated_at: iso(atMs), user: { login } },
    sender: { login },
    repository: { name, full_name },
  });
  return step(atMs, `${login} opens issue ${number} of ${name}`, delivery);
}

function release(): Step[] {
  const [failedMs, releasedMs] = [at('13:00:00'), at('13:20:00')];
  const deployment = varied(sample('deployment_status', 'created'), 'story-deployment', {
    deployment_status: { state: 'failure', created_at: iso(failedMs), updated_at: iso(failedMs) },
  });
  const published = varied(sample('release', 'published'), 'story-release', {
    release: {
      tag_name: '1.4.0',
      html_url: `${GITHUB}/Codertocat/Hello-World/releases/tag/1.4.0`,
      published_at: iso(releasedMs),
    },
  });
  return [
    step(failedMs, 'a deployment to production fails', deployment),
    step(releasedMs, 'release 1.4.0 goes out', published),
  ];
}

function nextDay(): Step[] {
  return [step(at('08:00:00', 1), 'the night goes by: pull request 7 is a day old'), reviewed(at('09:30:00', 1), 7)];
}
