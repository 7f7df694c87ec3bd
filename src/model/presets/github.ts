import type { Labels } from '../event.ts';
import type { Drafted, Incoming, Preset } from '../incoming.ts';
import { header, type JsonObject, labels, objectIn, own, part, text } from './fields.ts';
import { relatedOf } from './github-related.ts';

/** Where a payload keeps what it is about, when that is not under the name of its kind. */
const SUBJECTS: Readonly<Record<string, string>> = {
  branch_protection_rule: 'rule',
  code_scanning_alert: 'alert',
  commit_comment: 'comment',
  dependabot_alert: 'alert',
  deploy_key: 'key',
  deployment_review: 'workflow_run',
  discussion_comment: 'comment',
  fork: 'forkee',
  issue_comment: 'comment',
  issues: 'issue',
  meta: 'hook',
  page_build: 'build',
  ping: 'hook',
  pull_request_review: 'review',
  pull_request_review_comment: 'comment',
  pull_request_review_thread: 'thread',
  repository_vulnerability_alert: 'alert',
  team_add: 'team',
};

/** Kept in labels, and by far the largest parts of a payload. */
const IN_LABELS = new Set(['repository', 'organization', 'sender', 'installation']);

/** A body of an issue may have 65,536 characters; the handler of a job needs the beginning, and the address of the rest. */
const TEXT_LIMIT = 2_000;

/** Times of a subject; the latest one is when it last changed. */
const TIMES = [
  'created_at',
  'started_at',
  'starred_at',
  'completed_at',
  'submitted_at',
  'published_at',
  'updated_at',
] as const;

/** Actions that leave a time of their own behind, where `updated_at` is missing. */
const DATED = new Set([
  'completed',
  'create',
  'created',
  'in_progress',
  'opened',
  'published',
  'released',
  'submitted',
]);

/**
 * A delivery of one of GitHub's webhooks (https://docs.github.com/webhooks), named by `X-GitHub-Event`. The resource is the repository, else
 * the organization, account or advisory; its labels hold what triggers usually ask for. `X-GitHub-Delivery` is its id, so what GitHub sends
 * again counts once.
 */
export const githubPreset: Preset = (incoming) => [drafted(incoming, header(incoming, 'x-github-event'))];

function drafted(incoming: Incoming, kind: string): Drafted {
  const payload = objectIn(incoming);
  const subject = part(payload, text(SUBJECTS, kind) ?? kind) ?? payload;
  const action = text(payload, 'action');
  const place = placeOf(payload);
  const occurred = momentOf(kind, action, subject, payload);
  return {
    id: incoming.id,
    event: action === undefined ? `github.${kind}` : `github.${kind}.${action}`,
    resource: { ...place, ...labels({ kind, action }), ...stateOf(payload, subject) },
    related: relatedOf(place.id ?? '', payload),
    ...(occurred !== undefined && { occurred }),
    payload: essence(payload),
  };
}

/** What the event happened to. Some kinds have no repository, and the advisories of GitHub not even a sender. */
function placeOf(payload: JsonObject): Labels {
  const repository = text(payload, 'repository', 'full_name');
  if (repository !== undefined) {
    const owner = text(payload, 'repository', 'owner', 'login');
    return labels({ id: `repo/${repository}`, name: text(payload, 'repository', 'name'), owner });
  }
  const organization = text(payload, 'organization', 'login');
  if (organization !== undefined) return { id: `org/${organization}`, name: organization };
  const account =
    text(payload, 'installation', 'account', 'login') ??
    text(payload, 'marketplace_purchase', 'account', 'login') ??
    text(payload, 'sponsorship', 'sponsorable', 'login') ??
    text(payload, 'sender', 'login');
  if (account !== undefined) return { id: `account/${account}`, name: account };
  const advisory = text(payload, 'security_advisory', 'ghsa_id');
  return advisory === undefined ? { id: 'github' } : { id: `advisory/${advisory}`, name: advisory };
}

/** The labels that say how things stand: what `match` is for. */
function stateOf(payload: JsonObject, subject: JsonObject): Labels {
  const branch = branchOf(payload, subject);
  const main = text(payload, 'repository', 'default_branch');
  return labels({
    branch,
    on_default_branch: branch === undefined || main === undefined ? undefined : String(branch === main),
    conclusion: text(subject, 'conclusion'),
    environment: text(subject, 'environment') ?? text(payload, 'environment'),
    private: text(payload, 'repository', 'private'),
    severity: text(subject, 'severity') ?? text(subject, 'rule', 'severity'),
    state: text(subject, 'state'),
    status: text(subject, 'status'),
  });
}

function branchOf(payload: JsonObject, subject: JsonObject): string | undefined {
  const head = text(subject, 'head_branch') ?? text(subject, 'check_suite', 'head_branch') ?? text(payload, 'branch');
  if (head !== undefined) return head;
  const ref = text(payload, 'ref');
  if (text(payload, 'ref_type') === 'branch') return ref;
  return ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined;
}

/**
 * When it happened, as far as the payload knows: deliveries come late and in any order, and windows should not. Left out,
 * the time of arrival stands for it.
 */
function momentOf(
  kind: string,
  action: string | undefined,
  subject: JsonObject,
  payload: JsonObject,
): string | undefined {
  // The times of a push are those of its commits, which may be years old.
  if (kind === 'push') return timestamp(own(payload.repository, 'pushed_at'));
  // What is deleted keeps the time of its last change.
  if (action === 'deleted') return undefined;
  if (own(subject, 'updated_at') === undefined && !DATED.has(action ?? 'created')) return undefined;
  const times = TIMES.map((name) => timestamp(own(subject, name))).filter((time) => time !== undefined);
  return times.sort().at(-1);
}

/** GitHub writes times as ISO text, and some as seconds since 1970. */
function timestamp(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const time = new Date(typeof value === 'number' ? value * 1_000 : value);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/**
 * The plain values of the payload and of its parts. A webhook may have 25 MB, an event 1.5 MB, and a job is handed around
 * with its event: what is left out can be fetched from the addresses that are kept.
 */
function essence(payload: JsonObject): Record<string, unknown> {
  const kept = Object.entries(payload).filter(([name]) => !IN_LABELS.has(name));
  return Object.fromEntries(
    kept.flatMap(([name, value]) => {
      const inner = part(value);
      if (inner) return [[name, plainValues(inner)]];
      return isPlain(value) ? [[name, shortened(value)]] : [];
    }),
  );
}

function plainValues(of: JsonObject): Record<string, unknown> {
  const plain = Object.entries(of).filter(([, value]) => isPlain(value));
  return Object.fromEntries(plain.map(([name, value]) => [name, shortened(value)]));
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function shortened(value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= TEXT_LIMIT) return value;
  return `${value.slice(0, TEXT_LIMIT - 1).toWellFormed()}…`;
}
