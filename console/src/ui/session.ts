import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** Who looks, and what may be done. */
export type Session = {
  namespace: string;
  version: string;
  look: boolean;
  change: boolean;
  known: boolean;
  allowChanges: boolean;
  hasToken: boolean;
};

export type Shared = Readonly<{ session: Session; askToken: () => void }>;

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
