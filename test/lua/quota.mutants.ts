import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/quota.lua': {
    'caps on what is held': ['e.over = e.over + 1\n  return true', 'e.over = e.over + 1\n  return false'],
    'caps on what is held: keys of the same call count': [
      'return e.used[of] + (e.grown[of] or 0)',
      'return e.used[of]',
    ],
    'caps on what is held: of each automation': [
      'and (all < e.quotas.automation or now(e, owner(name)) < e.quotas.automation) then',
      'then',
    ],
    'caps on what is held: of all automations': ['if all < e.quotas.all and (', 'if ('],
    'caps on what is held: what leaves nothing behind may fire': [
      'arms or not s.kind.after and (s.within > 0 or s.threshold > 1)',
      'true',
    ],
  },
  'lua/include/counts.lua': {
    'caps on what is held: what is held is written': [
      'for of, count in pairs(e.grown) do',
      'for of, count in pairs({}) do',
    ],
    'caps on what is held: refusals are counted': ['if e.over > 0 then', 'if false then'],
  },
  'lua/include/window.lua': {
    'caps on what is held: a window counts once': ['if kept == b.kept then return end', ''],
    'caps on what is held: a window that is closed counts no more': ['kept and 1 or -1', '1'],
  },
  'lua/include/children.lua': {
    'caps on what is held: a group of children counts': ['if g.fresh then quota.add(e, s.name, 1) end', ''],
    'caps on what is held: a group that is used up counts no more': ['quota.add(e, s.name, -1)', ''],
  },
  'lua/include/composite.lua': {
    'caps on what is held: a composite keeps no further group': [
      'if g.fresh and not documents and quota.refuses(e, c.name) then',
      'if false then',
    ],
  },
  'lua/include/proactive.lua': {
    'caps on what is held: a key with an alert may open its next window': [
      'end -- P0\n    if not b.kept and quota.bars',
      'end -- P0\n    if quota.bars',
    ],
    'caps on what is held: a standing key with an alert may open its next window': [
      'then -- P4\n    if not b.kept and quota.bars',
      'then -- P4\n    if quota.bars',
    ],
  },
  'lua/include/change.lua': {
    'caps on what is held: what a definition leaves behind counts no more': [
      "quota.add(e, name, -redis.call('ZCARD', e.prefixes.deadlines .. name))",
      '',
    ],
  },
};
