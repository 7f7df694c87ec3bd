import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Ghosts, Problem } from '../ui/parts.tsx';

type Props = { id: string | undefined };

/** The workbench brings an editor with it, which the first view does without. */
export function WorkbenchDoor({ id }: Props) {
  const [Bench, set] = useState<FunctionComponent<Props> | null>(null);
  const [error, fail] = useState<string | null>(null);
  useEffect(() => {
    import('./workbench.tsx').then(
      ({ Workbench }) => set(() => Workbench),
      (failure: unknown) => fail(String(failure)),
    );
  }, []);
  if (error !== null) return <Problem error={error} />;
  return Bench === null ? <Ghosts lines={8} /> : <Bench id={id} />;
}
