import type { Labels } from '../event.ts';
import { type JsonObject, known, labels, part, text } from './fields.ts';

/**
 * Everything a payload names besides the resource: its `actor`, and the pull request, issue, workflow, release,
 * environment, discussion, organization and installation it is about. The ids say where a thing is, so that the same
 * pull request has the same id in every kind of event, whatever `place` (the resource's id) is.
 */
export function relatedOf(place: string, payload: JsonObject): Labels[] {
  return known([
    actor(payload),
    pullRequest(place, payload),
    issue(place, payload),
    workflow(place, payload),
    release(place, part(payload, 'release')),
    environment(place, payload),
    discussion(place, part(payload, 'discussion')),
    named('organization', 'org', part(payload, 'organization'), 'login'),
    named('installation', 'installation', part(payload, 'installation'), 'id'),
  ]);
}

function named(role: string, start: string, of: JsonObject | undefined, field: string): Labels | undefined {
  const name = text(of, field);
  return name === undefined ? undefined : { id: `${start}/${name}`, role, name };
}

function actor({ sender }: JsonObject): Labels | undefined {
  const login = text(sender, 'login');
  if (login === undefined) return undefined;
  return labels({ id: `user/${login}`, role: 'actor', name: login, type: text(sender, 'type') });
}

/** A comment on a pull request comes as one on an issue, which then has a `pull_request` inside. */
function pullRequest(place: string, payload: JsonObject): Labels | undefined {
  const of = part(payload, 'pull_request') ?? (part(payload, 'issue', 'pull_request') && part(payload, 'issue'));
  const number = text(of, 'number');
  if (number === undefined) return undefined;
  return labels({
    id: `${place}/pull/${number}`,
    role: 'pull-request',
    number,
    state: text(of, 'state'),
    // Left out by some kinds; a pull request is no draft unless somebody says so.
    draft: text(of, 'draft') ?? 'false',
    author: text(of, 'user', 'login'),
    base: text(of, 'base', 'ref'),
  });
}

function issue(place: string, payload: JsonObject): Labels | undefined {
  const of = part(payload, 'issue');
  const number = text(of, 'number');
  if (number === undefined || part(of, 'pull_request')) return undefined;
  return labels({
    id: `${place}/issues/${number}`,
    role: 'issue',
    number,
    state: text(of, 'state'),
    author: text(of, 'user', 'login'),
  });
}

/** Its name may be missing or not unique; the path of its file is neither, where it is there. */
function workflow(place: string, payload: JsonObject): Labels | undefined {
  const of = part(payload, 'workflow');
  const name =
    text(of, 'name') ?? text(payload, 'workflow_run', 'name') ?? text(payload, 'workflow_job', 'workflow_name');
  const path = text(of, 'path') ?? text(payload, 'workflow') ?? name ?? text(payload, 'workflow_run', 'workflow_id');
  return path === undefined ? undefined : labels({ id: `${place}/workflow/${path}`, role: 'workflow', name });
}

function release(place: string, of: JsonObject | undefined): Labels | undefined {
  const tag = text(of, 'tag_name');
  if (tag === undefined) return undefined;
  return labels({ id: `${place}/release/${tag}`, role: 'release', name: tag, prerelease: text(of, 'prerelease') });
}

function environment(place: string, payload: JsonObject): Labels | undefined {
  const name = text(payload, 'deployment', 'environment') ?? text(payload, 'environment');
  return name === undefined ? undefined : { id: `${place}/environment/${name}`, role: 'environment', name };
}

function discussion(place: string, of: JsonObject | undefined): Labels | undefined {
  const number = text(of, 'number');
  if (number === undefined) return undefined;
  return labels({ id: `${place}/discussions/${number}`, role: 'discussion', number, state: text(of, 'state') });
}
