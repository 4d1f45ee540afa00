/** A cursor over bytes that cannot read past their end: every length is checked before anything is allocated. */
import { MalformedPickleError } from "./errors.ts";

/** Longest text line: the numbers, names and memo keys of protocol 0 that end in a newline. */
const longestName = 4096;

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position: number;
  /** Where the instruction being read began; errors name it. */
  instruction: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = offset;
    this.instruction = offset;
  }

  get position(): number {
    return this.#position;
  }

  fail(problem: string, cause?: unknown): MalformedPickleError {
    return new MalformedPickleError(problem, this.instruction, cause === undefined ? undefined : { cause });
  }

  /** Moves over `count` bytes and says where they begin. */
  #advance(count: number): number {
    const start = this.#position;
    if (count > this.#bytes.length - start) {
      const left = this.#bytes.length - start;
      throw this.fail(`${count} bytes expected and ${left} left; the file is cut short or not a pickle`);
    }
    this.#position = start + count;
    return start;
  }

  /** Refuses bytes that end sooner than promised. */
  expect(count: number): void {
    this.#advance(count);
    this.#position -= count;
  }

  uint8 = (): number => this.#view.getUint8(this.#advance(1));
  uint16 = (): number => this.#view.getUint16(this.#advance(2), true);
  int32 = (): number => this.#view.getInt32(this.#advance(4), true);
  uint32 = (): number => this.#view.getUint32(this.#advance(4), true);
  /** Pickle's only big-endian number. */
  float64 = (): number => this.#view.getFloat64(this.#advance(8), false);

  /** A length of eight bytes; anything beyond the bytes at hand is refused by the read that follows. */
  uint64 = (): number => Number(this.#view.getBigUint64(this.#advance(8), true));

  /** The next `count` bytes, as a view. */
  bytes(count: number): Uint8Array {
    if (count < 0) throw this.fail(`a length of ${count} bytes`);
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** Bytes up to the next newline, which is read and left out. */
  line(longest: number = this.#bytes.length): Uint8Array {
    const start = this.#position;
    const end = this.#bytes.indexOf(0x0a, start);
    if (end === -1) throw this.fail("a line without end; the file is cut short or not a pickle");
    if (end - start > longest) throw this.fail(`a line of ${end - start} bytes where ${longest} are enough`);
    this.#position = end + 1;
    return this.#bytes.subarray(start, end);
  }

  /** A short line of text: a number, a name, a memo key. */
  name(): string {
    return decodeUtf8(this, this.line(longestName));
  }
}

// A byte order mark inside a string is part of the string.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 text; bytes that are not are an error, never replacement characters. */
export function decodeUtf8(reader: ByteReader, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw reader.fail("text that is not UTF-8", cause);
  }
}
