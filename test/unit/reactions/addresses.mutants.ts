import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/reactions/addresses.ts': {
    'addresses: IPv4 written as IPv6 is IPv4': [
      'if (high === undefined || low === undefined) return shortest;',
      'return shortest;',
    ],
    'addresses: a zone says nothing': ["split('%', 1)", "split('%%', 1)"],
    'addresses: of IPv6 global unicast alone': ["(family === 'ipv4' || unicast.check(plain, family))", 'true'],
    'addresses: what IANA set aside is not public': ['!special.check(plain, family) && ', ''],
    'addresses: what is no address is none': [
      'if (isIP(plain) === 0) return false;',
      'if (isIP(plain) === 0) return true;',
    ],
    'addresses: the networks that were allowed': ['if (allowed.check(plain, family)) return true;', ''],
    'addresses: private ones': ["  '10.0.0.0/8',\n", ''],
    'addresses: link-local ones, where clouds keep their secrets': ["  '169.254.0.0/16',\n", ''],
    'addresses: carrier-grade NAT': ["  '100.64.0.0/10',\n", ''],
    'addresses: 6to4 carries an IPv4 address': [", '2002::/16'", ''],
  },
};
