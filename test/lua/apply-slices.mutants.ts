import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/log.lua': {
    'slices: no entry is applied between them': ["if e.left and i < last then return 'more-due', i end", ''],
    'slices: a call goes on with what others left': [
      "if unfinished.go_on(e) then return { 'more-due', e.position, '', '' } end",
      '',
    ],
  },
  'lua/include/write.lua': {
    '13: windows are written some thousand at a time': [
      'unpack(list, from, math.min(#list, from + 2 * SLICE - 1))',
      'unpack(list)',
    ],
  },
  'lua/settle.lua': {
    'slices: a tick goes on with what others left': ["'more-due', 0, unfinished.go_on(e)", "'more-due', 0, false"],
  },
  'lua/include/change.lua': {
    'slices: a change waits for what others left': ["if unfinished.go_on(e) then return 'more-due' end", ''],
  },
  'lua/include/order.lua': {
    'slices: of many bytes fewer': [
      'if i > RELEASE_LIMIT or bytes_released > limits.RELEASE_BYTES then',
      'if i > RELEASE_LIMIT then',
    ],
  },
};
