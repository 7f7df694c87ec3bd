import { InvalidDocument } from '../../errors.ts';
import type { Labels } from '../event.ts';
import type { Drafted, Incoming, Preset } from '../incoming.ts';
import { type JsonObject, known, labels, needed, objectIn, own, part, related, secondsAt, text } from './fields.ts';

/**
 * What Slack sends to an app: events (`slack.message`, `slack.reaction_added` …, https://docs.slack.dev/apis/events-api), slash commands
 * (`slack.command.deploy`) and clicks (`slack.block_actions`). The resource is the channel, else the person, else the workspace.
 */
export const slackPreset: Preset = (incoming) => {
  const entry = objectIn(incoming);
  if (text(entry, 'command') !== undefined) return [command(incoming, entry)];
  const type = needed(entry, 'type');
  // The question whether this address wants events; src/sources answers it.
  if (type === 'url_verification') return [];
  return [type === 'event_callback' ? eventOf(incoming, entry) : interaction(incoming, entry, type)];
};

/** What Slack asks an address before it sends any event there; null for anything else. */
export function challengeIn(entry: unknown): string | null {
  return text(entry, 'type') === 'url_verification' ? (text(entry, 'challenge') ?? null) : null;
}

function eventOf({ id }: Incoming, entry: JsonObject): Drafted {
  const event = part(entry, 'event');
  if (event === undefined) throw new InvalidDocument('event', 'must be an object', entry.event);
  const [type, subtype] = [needed(entry, 'event', 'type'), text(event, 'subtype')];
  const occurred = secondsAt(event, 'event_ts') ?? secondsAt(entry, 'event_time');
  const item = own(event, 'item');
  return {
    id,
    event: subtype === undefined ? `slack.${type}` : `slack.${type}.${subtype}`,
    ...places({
      channel: idOf(event, 'channel') ?? text(item, 'channel'),
      user: idOf(event, 'user'),
      team: text(entry, 'team_id'),
      app: text(entry, 'api_app_id'),
    }),
    ...(occurred !== undefined && { occurred }),
    payload: event,
  };
}

function command({ id }: Incoming, entry: JsonObject): Drafted {
  const name = (text(entry, 'command') ?? '').replace(/^\//, '');
  return {
    id,
    event: `slack.command.${name}`,
    ...places({
      channel: text(entry, 'channel_id'),
      user: text(entry, 'user_id'),
      team: text(entry, 'team_id'),
      app: text(entry, 'api_app_id'),
    }),
    payload: withoutSecrets(entry),
  };
}

function interaction({ id }: Incoming, entry: JsonObject, type: string): Drafted {
  return {
    id,
    event: `slack.${type}`,
    ...places({
      channel: text(entry, 'channel', 'id'),
      user: text(entry, 'user', 'id'),
      team: text(entry, 'team', 'id'),
      app: text(entry, 'api_app_id'),
    }),
    payload: withoutSecrets(entry),
  };
}

/** With the token, and the address that answers, anybody could speak for Slack. */
function withoutSecrets({ token: _, response_url: __, ...payload }: JsonObject): JsonObject {
  return payload;
}

type Places = Readonly<Record<'channel' | 'user' | 'team' | 'app', string | undefined>>;

function places({ channel, user, team, app }: Places): { resource: Labels; related: Labels[] } {
  return {
    resource: labels({ id: channel ?? user ?? team ?? 'slack', channel, user, team, app }),
    related: known([related('channel', channel), related('actor', user), related('team', team)]),
  };
}

/** Some events spell out what others name by its id. */
function idOf(event: JsonObject, name: string): string | undefined {
  return text(event, name) ?? text(event, name, 'id');
}
