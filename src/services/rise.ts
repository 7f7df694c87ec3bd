/** After this many looks (a minute) at which the count stood still, the next rise counts as news again. */
const QUIET_LOOKS = 12;

/** Follows a count that only grows, and tells of its rise once, and not for each event that it concerns. */
export class Rise {
  /** The count at the last look; null before the first. */
  #was: number | null = null;
  #quietLooks = QUIET_LOOKS;

  /** One look. @returns by how much it rose, or 0 where that was told a short time ago */
  look(count: number): number {
    const more = count - (this.#was ?? count);
    this.#was = count;
    if (more <= 0) {
      this.#quietLooks += 1;
      return 0;
    }
    const told = this.#quietLooks < QUIET_LOOKS;
    this.#quietLooks = 0;
    return told ? 0 : more;
  }
}
