import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/http-delivery.ts': {
    'deliveries: 408, 425 and 429 pass': ['new Set([408, 425, 429])', 'new Set([408, 429])'],
    'deliveries: 5xx passes': ['if (status < 500 && !PASSING.has(status))', 'if (!PASSING.has(status))'],
    'deliveries: other 4xx fail for good': ['if (status < 500 && !PASSING.has(status))', 'if (false)'],
    'deliveries: 2xx alone is done': [
      'if (status >= 200 && status < 300) return answered;',
      'if (status < 400) return answered;',
    ],
    'deliveries: Retry-After is kept': ['retryAfterMs(answer, delivered.nowMs)', '0'],
    'deliveries: as a date too': ['Date.parse(retryAfter)', 'Number.NaN'],
    'deliveries: an hour at most': [
      'Math.min(Math.max(0, at - nowMs), LONGEST_RETRY_AFTER_MS)',
      'Math.max(0, at - nowMs)',
    ],
    'deliveries: no header replaces the id': [
      "    'idempotency-key': id,\n    'webhook-id': id,\n",
      "    'idempotency-key': headers['Idempotency-Key'] ?? id,\n    'webhook-id': id,\n",
    ],
  },
};
