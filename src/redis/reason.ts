/** Why a connection was not made, where its code says it in a word that people would not use; null for any other error. */
export function knownReason({ code }: NodeJS.ErrnoException): string | null {
  if (code === 'ECONNREFUSED') return 'nobody listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no host of that name';
  return null;
}
