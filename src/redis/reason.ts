/** Why a connection was not made, where its code says it in a word that people would not use; null for any other error. */
export function knownReason({ code }: NodeJS.ErrnoException): string | null {
  if (code === 'ECONNREFUSED') return 'nobody listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no host of that name';
  return null;
}

/** What a server says that does not carry out a command for now, or not itself, by the first words of it. The first that fits counts. */
const STATES: readonly (readonly [begins: string, means: string])[] = [
  ['MOVED ', 'it is one node of a cluster, and other nodes have the keys: use redis-cluster://HOST:PORT,…'],
  ['ASK ', 'the keys are moving to another node of the cluster'],
  ['TRYAGAIN ', 'the keys are moving to another node of the cluster, and some have not arrived'],
  ['CLUSTERDOWN Hash slot not served', 'no node of the cluster has the slot of these keys'],
  ['CLUSTERDOWN ', 'the cluster takes nothing: a slot has no primary, or this node sees too few others'],
  ['CROSSSLOT ', 'keys of different slots were used together, which a cluster refuses'],
  [
    'READONLY ',
    'it is a replica, which takes no writes: use its primary, or the address of the cluster or the sentinels',
  ],
  ['MASTERDOWN ', 'it is a replica that has lost its primary'],
  ['LOADING ', 'it has started, and is still reading its data'],
  ['ERR This instance has cluster support disabled', 'it is no cluster: use redis://HOST:PORT'],
];

/** The state of a server in which it refused a command, in words of people; null for any other error. */
export function stateInWords(message: string): string | null {
  const text = message.replace(/^Too many Cluster redirections\. Last error: (\w*Error: )?/, '');
  return STATES.find(([begins]) => text.startsWith(begins))?.[1] ?? null;
}
