/*
 * Byte strings, each kept once, named by a small number.
 *
 * How: open addressing with linear probing over a power-of-two table of ids; the bytes of all
 * strings lie one after another in one heap. The hash reads words of four bytes where it can: a
 * span name is hashed some 10 million times a second on the ingest path, byte-wise hashing would
 * be the largest single cost there. It is seeded per table so that a sender cannot choose keys
 * that collide.
 *
 * Limits: ids are 32-bit; id 0 is always the empty string.
 */

const INITIAL_ENTRIES = 1024;
const INITIAL_HEAP_BYTES = 16 * 1024;

// Without ignoreBOM a leading U+FEFF, which is a character of the text, would be lost.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Interned byte strings. Not safe for concurrent use; owned by one batch. */
export class StringTable {
  /** Number of strings, the empty one included. Ids are `0 <= id < count`. */
  count: number = 1;
  /** Where the bytes of string `id` start in `heap`. */
  offsets: Uint32Array = new Uint32Array(INITIAL_ENTRIES);
  /** How many bytes string `id` has. */
  lengths: Uint32Array = new Uint32Array(INITIAL_ENTRIES);
  heap: Uint8Array = new Uint8Array(INITIAL_HEAP_BYTES);
  heapBytes: number = 0;

  #view = viewOf(this.heap);
  #hashes = new Int32Array(INITIAL_ENTRIES);
  #slots = new Int32Array(INITIAL_ENTRIES * 2);
  readonly #seed = (Math.random() * 0x7fffffff) | 0;
  readonly #texts: (string | undefined)[] = [""];
  /** Of the bytes that {@link find} did not find. */
  #newHash = 0;
  #newSlot = 0;

  /** The id of the `length` bytes of `view` from `start`; they are copied when they are new. */
  intern(view: DataView, start: number, length: number): number {
    if (length === 0) return 0;
    const known = this.find(view, start, length);
    return known === 0 ? this.add(view, start, length) : known;
  }

  /**
   * The id of the `length` bytes of `view` from `start`, at least one; 0 when they are new. For who
   * wants to look at new ones before they are added.
   */
  find(view: DataView, start: number, length: number): number {
    const hash = hashBytes(view, start, length, this.#seed);
    const slots = this.#slots;
    const hashes = this.#hashes;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let id = slots[slot] ?? 0; id !== 0; id = slots[slot] ?? 0) {
      if (hashes[id] === hash && this.matches(id, view, start, length)) return id;
      slot = (slot + 1) & mask;
    }
    this.#newHash = hash;
    this.#newSlot = slot;
    return 0;
  }

  /** Appends the bytes for which {@link find} has just returned 0. Returns their id. */
  add(view: DataView, start: number, length: number): number {
    const id = this.count;
    if (id === this.offsets.length) this.#growEntries();
    if (this.heapBytes + length > this.heap.length) this.#growHeap(this.heapBytes + length);
    copyBytes(view, start, length, this.#view, this.heapBytes);
    this.offsets[id] = this.heapBytes;
    this.lengths[id] = length;
    this.#hashes[id] = this.#newHash;
    this.heapBytes += length;
    this.count = id + 1;
    // Half full at most, so that probing stays short.
    if (this.count * 2 > this.#slots.length) this.#rehash();
    else this.#slots[this.#newSlot] = id;
    return id;
  }

  /** The id of `text` encoded as UTF-8. Slower than {@link intern}; for values that are text. */
  internText(text: string): number {
    if (text === "") return 0;
    const bytes = encoder.encode(text);
    return this.intern(viewOf(bytes), 0, bytes.length);
  }

  /** The string as text; decoded once per id. Bytes that are not UTF-8 become U+FFFD. */
  text(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    const text = decoder.decode(this.bytes(id));
    this.#texts[id] = text;
    return text;
  }

  /** Forgets every string; the memory is kept for the next ones. */
  clear(): void {
    // A guess from before must not match what its bytes were: no string is of this length.
    this.lengths.fill(0xffff_ffff, 1, this.count);
    this.#slots.fill(0);
    this.#texts.length = 1;
    this.count = 1;
    this.heapBytes = 0;
  }

  /** The bytes of string `id`: a view that is valid until the next call of `intern`. */
  bytes(id: number): Uint8Array {
    const offset = this.offsets[id] ?? 0;
    return this.heap.subarray(offset, offset + (this.lengths[id] ?? 0));
  }

  /**
   * Whether string `id` is the `length` bytes of `view` from `start`. Four bytes at a time, for a
   * guess that mostly holds: on the ingest path it takes the place of hashing.
   */
  matches(id: number, view: DataView, start: number, length: number): boolean {
    if (this.lengths[id] !== length) return false;
    const own = this.#view;
    const offset = this.offsets[id] ?? 0;
    if (length < 4) {
      for (let index = 0; index < length; index += 1) {
        if (own.getUint8(offset + index) !== view.getUint8(start + index)) return false;
      }
      return true;
    }
    // The last word may overlap the one before it. It is compared first: wrong guesses mostly
    // differ at the end, as addresses and numbered names do.
    const last = length - 4;
    if (own.getInt32(offset + last, true) !== view.getInt32(start + last, true)) return false;
    for (let index = 0; index < last; index += 4) {
      if (own.getInt32(offset + index, true) !== view.getInt32(start + index, true)) return false;
    }
    return true;
  }

  #growEntries(): void {
    const size = this.offsets.length * 2;
    this.offsets = grown(this.offsets, new Uint32Array(size));
    this.lengths = grown(this.lengths, new Uint32Array(size));
    this.#hashes = grown(this.#hashes, new Int32Array(size));
  }

  #growHeap(bytesMin: number): void {
    this.heap = grown(this.heap, new Uint8Array(Math.max(this.heap.length * 2, bytesMin)));
    this.#view = viewOf(this.heap);
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 1; id < this.count; id += 1) {
      let slot = (this.#hashes[id] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

/** `target` with the contents of `source` at its start. */
export function grown<T extends Uint8Array | Uint32Array | Int32Array | BigUint64Array>(
  source: T,
  target: T,
): T {
  // Both are of the one type T; TypeScript cannot see that set() accepts its own type here.
  (target as Uint8Array).set(source as Uint8Array);
  return target;
}

/** A column as words of four bytes, the low one of a number first. Shares its memory. */
export function wordsOf(column: Uint8Array | BigUint64Array): Uint32Array {
  return new Uint32Array(column.buffer, column.byteOffset, column.byteLength / 4);
}

/** The same bytes, to be read and written as words. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Up to this a loop is faster than making two views for `set`, and leaves no garbage. */
const LOOP_COPY_BYTES_MAX = 512;

/** Copies bytes to `at` of `target`. Plain parameters: an object for each text would be garbage. */
export function copyBytes(
  source: DataView,
  start: number,
  length: number,
  target: DataView,
  at: number,
): void {
  if (length > LOOP_COPY_BYTES_MAX) {
    const bytes = new Uint8Array(source.buffer, source.byteOffset + start, length);
    new Uint8Array(target.buffer, target.byteOffset + at, length).set(bytes);
  } else if (length < 4) {
    for (let index = 0; index < length; index += 1) {
      target.setUint8(at + index, source.getUint8(start + index));
    }
  } else {
    // The last word may overlap the one before it.
    const last = length - 4;
    for (let index = 0; index < last; index += 4) {
      target.setInt32(at + index, source.getInt32(start + index, true), true);
    }
    target.setInt32(at + last, source.getInt32(start + last, true), true);
  }
}

/** A seeded multiplicative hash over words of four bytes; the last word may overlap. */
function hashBytes(view: DataView, start: number, length: number, seed: number): number {
  let hash = seed ^ length;
  const end = start + length;
  if (length >= 4) {
    const lastWord = end - 4;
    for (let at = start; at < lastWord; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ view.getInt32(lastWord, true), 0x85ebca6b);
  } else {
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
