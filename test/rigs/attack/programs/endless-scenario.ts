import { simulate } from '../../../../src/index.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

const standing = { id: 'a', name: 'a', trigger: { posture: 'Proactive', expect: ['x'], within: 1 } } as const;
const event = { event: 'x', resource: { id: 'r' } };

/** Scenarios that never come to an end, or lie where time does not begin. */
const SCENARIOS = [
  { start: '2026-01-01T00:00:00Z', automations: [standing], timeline: [{ at: '9999-12-31T00:00:00Z', tick: true }] },
  { start: '2026-01-01T00:00:00Z', automations: [standing], timeline: [{ at: '2100-01-01T00:00:00Z', event }] },
  { start: '1960-01-01T00:00:00Z', automations: [], timeline: [{ at: '2026-01-01T00:00:00Z', tick: true }] },
  { automations: [], timeline: [{ at: '1969-12-31T23:59:59Z', tick: true }] },
] as const;

export const attack: Attack = {
  by: 'writer of scenarios',
  what: 'has a standing window run to the year 9999, or time begin before 1970',
  run: async () => {
    const server = await PrivateServer.start();
    try {
      for (const scenario of SCENARIOS) {
        const said = await simulate({ name: 'endless', ...scenario }, { redis: server.url }).then(
          () => 'run',
          (error: Error) => error.message,
        );
        mustHold(`refused (${said})`, /standing windows end|must not be before 1970/.test(said));
      }
      return `${SCENARIOS.length} scenarios were refused`;
    } finally {
      await server.remove();
    }
  },
};
