import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { SessionAnswer } from '../../../src/console/answers.ts';

/** Who looks and what may be done, and how the token is asked for. */
export type Shared = Readonly<{ session: SessionAnswer; askToken: () => void }>;

export const SharedContext = createContext<Shared>({
  session: {
    namespace: '',
    version: '',
    look: false,
    change: false,
    known: false,
    allowChanges: false,
    hasToken: false,
  },
  askToken: () => undefined,
});

export function useShared(): Shared {
  return useContext(SharedContext);
}
