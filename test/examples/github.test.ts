import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';
import { messageOf } from '../../examples/github/handlers.ts';
import type { Told } from '../../examples/github/progress.ts';
import { type Replayed, replay } from '../../examples/github/replay.ts';
import { sampleDeliveries } from '../../examples/github/samples.ts';
import { historySteps, type Step, storySteps } from '../../examples/github/story.ts';
import { toEvent } from '../../examples/github/to-event.ts';
import type { TriggeredAction } from '../../src/index.ts';
import { parseEvent } from '../../src/model/event.ts';
import { sealEvent } from '../../src/model/intake.ts';
import { freshNamespace } from '../support/namespace.ts';
import { adminClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';

const deliveries = sampleDeliveries();

function eventOf(id: string) {
  const delivery = deliveries.find((one) => one.id === id);
  if (!delivery) throw new Error(`no ${id}`);
  return toEvent(delivery);
}

describe('a payload of GitHub', () => {
  test('is an event that the engine takes, each of the 329 of 58 kinds', () => {
    expect(deliveries.length).toBe(329);
    expect(new Set(deliveries.map(({ kind }) => kind)).size).toBe(58);
    for (const delivery of deliveries) {
      const document = toEvent(delivery);
      const parsed = parseEvent(document, { entryId: '0-0', received: 0 });
      expect(parsed.id).toBe(delivery.id);
      expect(sealEvent(document, () => 'unused', 0).event).toEqual(parsed);
    }
  });

  test('has an id of its own, and is named by its kind and action', () => {
    const events = deliveries.map(toEvent);
    expect(new Set(events.map(({ id }) => id)).size).toBe(329);
    for (const { event } of events) expect(event).toMatch(/^github\.[a-z0-9_]+(\.[a-z_-]+)?$/);
  });

  test('is cut to a quarter of its size at most, and the addresses are kept', () => {
    const size = (values: unknown[]): number => JSON.stringify(values).length;
    const payloads = deliveries.map((delivery) => toEvent(delivery).payload);
    expect(size(payloads)).toBeLessThan(size(deliveries) / 4);
    expect(payloads).toContainEqual(
      expect.objectContaining({ pull_request: expect.objectContaining({ html_url: expect.any(String) }) }),
    );
  });

  test('brings the beginning of a long text, whole characters only', () => {
    const body = '🔥'.repeat(33_000);
    const payload = { action: 'opened', issue: { number: 1, body } };
    const cut = (toEvent({ kind: 'issues', id: 'x', payload }).payload.issue as { body: string }).body;
    expect(cut.length).toBe(2_000);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.startsWith('🔥🔥')).toBe(true);
  });

  test('does not depend on what is left out: an empty body is an event too', () => {
    const document = toEvent({ kind: 'ping', id: 'x', payload: {} });
    expect(document).toEqual({
      id: 'x',
      event: 'github.ping',
      resource: { id: 'github', kind: 'ping' },
      related: [],
      payload: {},
    });
  });
});

describe('labels', () => {
  test('of a workflow run say where, on which branch and how it ended', () => {
    const { event, resource, related, occurred } = eventOf('sample-workflow_run-1');
    expect(event).toBe('github.workflow_run.completed');
    expect(occurred).toBe('2020-10-05T16:33:49.000Z');
    expect(resource).toEqual({
      id: 'repo/octo-org/octo-repo',
      name: 'octo-repo',
      owner: 'octo-org',
      kind: 'workflow_run',
      action: 'completed',
      branch: 'master',
      on_default_branch: 'true',
      conclusion: 'success',
      private: 'false',
      status: 'completed',
    });
    expect(related).toEqual([
      { id: 'user/Codertocat', role: 'actor', name: 'Codertocat', type: 'User' },
      { id: 'repo/octo-org/octo-repo/workflow/.github/workflows/test.yml', role: 'workflow', name: 'test' },
      { id: 'org/octo-org', role: 'organization', name: 'octo-org' },
    ]);
  });

  test('of a pull request are the same in its review, and a missing draft is none', () => {
    const pull = {
      id: 'repo/Codertocat/Hello-World/pull/2',
      role: 'pull-request',
      number: '2',
      state: 'open',
      draft: 'false',
      author: 'Codertocat',
      base: 'master',
    };
    for (const id of ['sample-pull_request-0', 'sample-pull_request_review-0']) {
      expect(eventOf(id).related).toContainEqual(pull);
    }
  });

  test.each([
    ['sample-organization-0', 'org/Octocoders'],
    ['sample-membership-0', 'org/Octocoders'],
    ['sample-projects_v2_item-0', 'org/github'],
    ['sample-installation-1', 'account/Codertocat'],
    ['sample-marketplace_purchase-0', 'account/username'],
    ['sample-sponsorship-0', 'account/octocat'],
    ['sample-github_app_authorization-0', 'account/octocat'],
    ['sample-security_advisory-0', 'advisory/GHSA-rf4j-j272-fj86'],
    ['sample-ping-3', 'org/Octocoders'],
    ['sample-push-0', 'repo/Codertocat/Hello-World'],
  ])('%s happened to %s', (id, resource) => {
    expect(eventOf(id).resource.id).toBe(resource);
  });

  test.each([
    ['sample-push-0', '2019-05-15T15:20:57.000Z', 'the repository was pushed to'],
    ['sample-check_run-1', '2019-05-15T15:21:12.000Z', 'it was completed'],
    ['sample-star-0', '2019-05-15T15:20:40.000Z', 'it was starred'],
    ['sample-release-0', '2019-05-15T15:20:53.000Z', 'it was published, not its commit'],
    ['sample-issues-4', undefined, 'a deletion leaves no time'],
    ['sample-check_run-7', undefined, 'the time is that of the run before'],
    ['sample-watch-0', undefined, 'nothing is known'],
  ])('%s occurred at %s: %s', (id, occurred, _why) => {
    expect(eventOf(id).occurred).toBe(occurred);
  });
});

/** A firing as the rules say it: automation, state, time, its one key, the event, the names of its jobs. */
type Row = readonly [string, string, string, string, string | undefined, string];

function rowsOf(jobs: readonly TriggeredAction[]): Row[] {
  const firings = Map.groupBy(jobs, ({ firing }) => firing.id);
  const rows = [...firings.values()].map(([first, ...others]): Row => {
    if (!first) throw new Error('no job');
    const all = [first, ...others].sort((a, b) => a.action_index - b.action_index);
    const names = all.map(({ action }) => String(action.type === 'queue' ? action.name : action.type));
    const { automation, firing } = first;
    const key = Object.values(firing.triggering_labels).join('+');
    return [automation.id, firing.state, firing.triggered, key, firing.triggering_event?.id, names.join(' ')];
  });
  return rows.sort((a, b) => (a[2] < b[2] ? -1 : 1));
}

async function run(steps: readonly Step[]): Promise<Replayed & { told: Told[] }> {
  const namespace = freshNamespace({ permanent: [...ENGINE_KEYS, 'bull:*'] });
  const told: Told[] = [];
  const { signal } = new AbortController();
  const tell = (one: Told): void => void told.push(one);
  const replayed = await replay({ redis: inject('adminUrl'), namespace, steps, tell, paceMs: 0, signal });
  return { ...replayed, told };
}

describe('the example', () => {
  test('pushes all samples through, and two of them are worth a word', async () => {
    const { outcomes, firings, jobs, dead } = await run(historySteps());
    expect({ outcomes, firings, dead }).toEqual({ outcomes: { applied: 329 }, firings: 2, dead: 0 });
    expect(rowsOf(jobs)).toEqual([
      // Told three times in the same second, fires once.
      [
        'guard-down',
        'Triggered',
        '2019-05-15T15:21:03.000Z',
        'repo/Codertocat/Hello-World',
        'sample-repository-0',
        'guard-down',
      ],
      // Pull request 2 is ready for review in the second in which it was closed, and arrives behind that: nobody has to look at it.
      // A deletion has no time of its own and so comes with the last sample.
      [
        'guard-down',
        'Triggered',
        '2023-07-04T09:28:15.000Z',
        'repo/octo-org/octo-repo',
        'sample-branch_protection_rule-3',
        'guard-down',
      ],
    ]);
  });

  test('fires in the story what the rules say, and nothing else', async () => {
    const { outcomes, firings, jobs, dead } = await run(storySteps());
    expect({ outcomes, firings, dead }).toEqual({ outcomes: { applied: 17, duplicate: 1 }, firings: 5, dead: 0 });
    const pull = 'repo/Codertocat/Hello-World/pull/7';
    const run167 = ['repo/octo-org/octo-repo', 'story-run-167', 'main-is-red'] as const;
    const issue5 = ['user/hubwriter', 'story-issue-hello-world-npm-2', 'issue-burst limit-interactions'] as const;
    const release = ['repo/Codertocat/Hello-World', 'story-release', 'risky-release'] as const;
    expect(rowsOf(jobs)).toEqual([
      ['failing-runs', 'Triggered', '2026-03-02T09:55:00.000Z', ...run167],
      ['issue-burst', 'Triggered', '2026-03-02T11:05:00.000Z', ...issue5],
      ['risky-release', 'Triggered', '2026-03-02T13:20:00.000Z', ...release],
      ['unreviewed', 'Triggered', '2026-03-03T08:00:00.000Z', pull, 'story-pull-7', 'review-missing'],
      ['unreviewed', 'Resolved', '2026-03-03T09:30:00.000Z', pull, 'story-review-7', 'review-came'],
    ]);
  });

  test('has a message for each of its jobs', async () => {
    const { jobs, told } = await run(storySteps());
    const messages = jobs.map(messageOf).join('\n');
    expect(messages).not.toContain('undefined');
    expect(messages).not.toContain('no address');
    expect(messages).toContain('https://github.com/Codertocat/Hello-World/pull/7');
    expect(messages).toContain('repo/octo-org/octo-repo is red, last by run 167 on master');
    expect(told.filter(({ kind }) => kind === 'firing').length).toBe(5);
  });

  test('can be watched: it ends by itself with its sums, and takes its keys away', async () => {
    const main = path.join(import.meta.dirname, '..', '..', 'examples', 'github', 'main.ts');
    const env = { ...process.env, REDIS_URL: inject('adminUrl'), NO_COLOR: '1' };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, '--fast'], { env });
    expect(stderr).toBe('');
    const sums = stdout.split('\n').filter((line) => line.includes('dead letters'));
    expect(sums).toEqual([
      '329 events applied, 0 recognised as a duplicate, 2 firings, 2 jobs handled, 0 dead letters',
      '17 events applied, 1 recognised as a duplicate, 5 firings, 6 jobs handled, 0 dead letters',
    ]);
    const left = [];
    for await (const keys of adminClient().scanStream({ match: '{github-*' })) left.push(...(keys as string[]));
    expect(left).toEqual([]);
  });
});
