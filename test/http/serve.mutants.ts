import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/http/server.ts': {
    'loopback answers to names of loopback alone': [
      'if (loopback && !isLoopback(hostOf(request)))',
      'if (loopback === null)',
    ],
    'nothing but GET and HEAD': [
      "request.method !== 'GET' && request.method !== 'HEAD'",
      "request.method === 'GET, HEAD'",
    ],
  },
  'src/http/health.ts': {
    'ready when the parts take part': ['measures.parts.reason(parts, clock.nowMs()) ??', 'null ??'],
    'ready while Redis answers': ['?? (await unreachable(ping));', '?? null;'],
  },
  'src/http/metrics-page.ts': {
    'what Redis cannot say is left out': ['away === null ? await gauges()', 'away !== 0 ? await gauges()'],
  },
};
