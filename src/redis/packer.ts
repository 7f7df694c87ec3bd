/** Bytes that a packer begins with; it doubles what it has when they are full. */
const FIRST_BYTES = 16_384;

/** Longest UTF-8 form of one UTF-16 unit, in bytes. */
const BYTES_PER_UNIT = 3;

/**
 * Packs values one behind the other, little-endian, as `struct.unpack` of Redis' Lua reads them: `B`, `I4`, `d`, and texts as
 * `I4c0`, their bytes behind their number.
 */
export class Packer {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;

  /** `B`: 0 to 255. */
  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  /** `I4`: 0 to 2^32 - 1. */
  count(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
  }

  /** `d`: any number. */
  number(value: number): void {
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** `I4c0`, as UTF-8. */
  text(value: string): void {
    this.#room(4 + value.length * BYTES_PER_UNIT);
    const length = this.#bytes.write(value, this.#at + 4, 'utf8');
    this.#bytes.writeUInt32LE(length, this.#at);
    this.#at += 4 + length;
  }

  /** What was packed; the packer is not to be used again. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
