/** Something in a Sigma rule that has no counterpart here; the message is the reason, for people. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable';
}
