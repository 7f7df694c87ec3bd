import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/note-fed.lua': {
    'feed: the slowest target keeps entries': ['and not (least and stream.after(id, least)) then', 'then'],
    'feed: a late note takes nothing back': ["elseif stream.after(args.id, group['last-delivered-id']) then", 'else'],
  },
  'lua/include/own.lua': {
    'feed: marks stay until entries were fed on': [
      'if forwarded and stream.after(position, forwarded) then',
      'if false then',
    ],
  },
};
