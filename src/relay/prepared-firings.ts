import { reasonOf } from '../errors.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import { type AnnouncedTypes, announcedBefore } from '../redis/handlers.ts';
import type { LedgerEntry } from '../redis/ledger-group.ts';
import type { Arriving } from './gatekeeper.ts';
import { jobsOf, type QueueJob } from './jobs.ts';
import type { Revision, Revisions } from './revisions.ts';
import type { Weights } from './weight.ts';

/** A firing on its way: its jobs, how many of them are sent now, and why it can never be relayed, if so. */
export type PreparedFiring = {
  entry: LedgerEntry;
  /** What the gate judges; null where there is no firing. */
  about: Pick<Arriving, 'firing' | 'automation'> | null;
  jobs: readonly QueueJob[];
  /** Of each job. */
  weight: number;
  sent: number;
  rejection: string | null;
};

const TRIMMED = 'the firing was trimmed from the stream before it was relayed';
const NO_JOBS: readonly QueueJob[] = Object.freeze([]);

/** What entries of the ledger become: their jobs, by the automations as they were. */
export async function preparedFirings(
  entries: readonly LedgerEntry[],
  revisions: Revisions,
  weights: Weights,
): Promise<PreparedFiring[]> {
  const firings = entries.map(read);
  const known = firings.filter((firing) => typeof firing !== 'string');
  const found = await revisions.load(known);
  const announced = await revisions.announced(found);
  let next = 0;
  return entries.map((entry, at) => {
    const firing = firings[at] ?? TRIMMED;
    if (typeof firing === 'string') return { ...nothing(entry), rejection: firing };
    return prepare(entry, { firing, revision: found[next++], announced, weights });
  });
}

/** The firing, or why it is none. */
function read({ fields }: LedgerEntry): Firing | string {
  if (fields === null) return TRIMMED;
  try {
    return parseFiring(fields);
  } catch (error) {
    return `the firing cannot be read: ${reasonOf(error)}`;
  }
}

/** What a firing becomes, beside the entry that it stands in. */
type Preparing = Readonly<{
  firing: Firing;
  revision: Revision | undefined;
  announced: AnnouncedTypes;
  weights: Weights;
}>;

function nothing(entry: LedgerEntry): Omit<PreparedFiring, 'rejection'> {
  return { entry, about: null, jobs: NO_JOBS, weight: 1, sent: 0 };
}

function prepare(entry: LedgerEntry, { firing, revision, announced, weights }: Preparing): PreparedFiring {
  const none = nothing(entry);
  if (!revision?.automation) return { ...none, rejection: revision?.missing ?? 'no definition' };
  try {
    const jobs = jobsOf(firing, revision.automation, announcedBefore(announced, firing.decided));
    const refusal = jobs.find((job) => job.refusal !== undefined)?.refusal;
    const rejection = refusal === undefined ? null : `the firing cannot be turned into all of its jobs: ${refusal}`;
    const sound = jobs.filter((job) => job.refusal === undefined);
    const about = { firing, automation: revision.automation };
    return { ...none, about, jobs: sound, weight: weights.of(entry.fields ?? [], revision.automation), rejection };
  } catch (error) {
    return { ...none, rejection: `the firing cannot be turned into jobs: ${reasonOf(error)}` };
  }
}
