import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/way-out.ts': {
    'way out: an address in a URL is judged': [
      'if (!trusted && isIP(host) !== 0 && !mayConnect(host, this.#parts.allowed)) throw refusal(host, []);',
      '',
    ],
    'way out: each address of a name is judged': [
      'addresses.filter(({ address }) => trusted || mayConnect(address, this.#parts.allowed))',
      'addresses',
    ],
    'way out: a redirect is no host of the targets file': [
      'headers: Object.fromEntries(kept), trusted: false }',
      'headers: Object.fromEntries(kept) }',
    ],
    'way out: what a target gets stays on its host': [
      'if (outgoing.trusted && next.url.hostname !== outgoing.url.hostname) {',
      'if (false) {',
    ],
    'way out: also behind a redirect on its host': [
      'if (outgoing.trusted && next.url.hostname !== outgoing.url.hostname) {',
      'if (outgoing.trusted && redirects === 0 && next.url.hostname !== outgoing.url.hostname) {',
    ],
    'way out: three redirects at most': [
      'if (redirects === MOST_REDIRECTS) throw',
      'if (redirects > MOST_REDIRECTS) throw',
    ],
    'way out: a redirect takes no secret along': ['same || HARMLESS.has(name.toLowerCase())', 'true'],
    'way out: a redirect does not drop the body': ["if (status < 307 && hop.method !== 'GET')", 'if (false)'],
    'way out: http and https alone': ['if (!url || !/^https?:$/.test(url.protocol))', 'if (!url)'],
    'way out: never from https to http': [
      "if (hop.url.protocol === 'https:' && url.protocol === 'http:') {",
      'if (false) {',
    ],
    'way out: certificates are checked': [
      'agent: false as const,',
      'agent: false as const, rejectUnauthorized: false,',
    ],
    'way out: the time is bounded': ['AbortSignal.timeout(outgoing.timeoutMs)', 'AbortSignal.timeout(60_000)'],
    'way out: the beginning of an answer is read': ['if (length >= READ_LIMIT) break;', ''],
    'way out: 16 kB of it are kept': ['.subarray(0, KEPT_LIMIT)', ''],
    'way out: a header that breaks the request fails for good': [
      'reject(new FailedForGood(`the request',
      'reject(new TryAgain(`the request',
    ],
    'way out: an answer in another protocol ends': [
      "sent.on('upgrade', ({ statusCode }, socket) => {",
      "sent.on('upgrade', ({ statusCode }, socket) => {\n          if (statusCode === 101) return;",
    ],
    'way out: a refusal is for good': ['if (error instanceof FailedForGood) return error;', ''],
  },
};
