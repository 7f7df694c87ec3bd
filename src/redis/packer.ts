/** Bytes that a packer begins with where nothing else is said; it doubles what it has when they are full. */
const FIRST_BYTES = 16_384;

/** Longest UTF-8 form of one UTF-16 unit, in bytes. */
const BYTES_PER_UNIT = 3;

/** Up to this length a text of ASCII, as ids and keys are, is written faster unit by unit than by Node. */
const SHORT = 48;
const LAST_ASCII = 0x7f;

/**
 * Packs values one behind the other, little-endian, as `struct.unpack` of Redis' Lua reads them: `B`, `I4`, `d`, and texts as
 * `I4c0`, their bytes behind their number.
 */
export class Packer {
  #bytes: Buffer;
  #at = 0;

  /** @param bytes about how many there will be */
  constructor(bytes = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafe(bytes);
  }

  /** How many bytes are packed. */
  get length(): number {
    return this.#at;
  }

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
    const from = this.#at + 4;
    const length =
      value.length <= SHORT && this.#ascii(value, from) ? value.length : this.#bytes.write(value, from, 'utf8');
    this.#bytes.writeUInt32LE(length, this.#at);
    this.#at = from + length;
  }

  /** Writes a text from `at` on, unless one of its units is more than a byte. */
  #ascii(value: string, at: number): boolean {
    const bytes = this.#bytes;
    for (let i = 0; i < value.length; i += 1) {
      const unit = value.charCodeAt(i);
      if (unit > LAST_ASCII) return false;
      bytes[at + i] = unit;
    }
    return true;
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
