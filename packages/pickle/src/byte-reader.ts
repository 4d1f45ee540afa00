/** A cursor over bytes. Every length is checked against the remaining bytes before anything is allocated. */
import { MalformedPickleError } from "./errors.ts";

/** Maximum length of a line that holds a number, a name or a memo key (protocol 0). */
const maximumNameBytes = 4096;

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position: number;
  /** Offset of the current opcode, for error messages. */
  opcodeOffset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = offset;
    this.opcodeOffset = offset;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  fail(problem: string, cause?: unknown): MalformedPickleError {
    return new MalformedPickleError(problem, this.opcodeOffset, cause === undefined ? undefined : { cause });
  }

  /** Skips `count` bytes and returns the offset of the first one. */
  #advance(count: number): number {
    const start = this.#position;
    if (count > this.#bytes.length - start) {
      const left = this.#bytes.length - start;
      throw this.fail(`expected ${count} bytes, ${left} are left; the file is truncated or not a pickle`);
    }
    this.#position = start + count;
    return start;
  }

  /** Fails unless at least `count` bytes are left. */
  expect(count: number): void {
    this.#advance(count);
    this.#position -= count;
  }

  uint8 = (): number => this.#view.getUint8(this.#advance(1));
  uint16 = (): number => this.#view.getUint16(this.#advance(2), true);
  int32 = (): number => this.#view.getInt32(this.#advance(4), true);
  uint32 = (): number => this.#view.getUint32(this.#advance(4), true);
  /** Big-endian, unlike pickle's other numbers. */
  float64 = (): number => this.#view.getFloat64(this.#advance(8), false);

  /** A length. The read that follows rejects one that exceeds the remaining bytes. */
  uint64 = (): number => Number(this.#view.getBigUint64(this.#advance(8), true));

  /** A view of the next `count` bytes. */
  bytes(count: number): Uint8Array {
    if (count < 0) throw this.fail(`a negative length, ${count}`);
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** The bytes up to the next newline, which is skipped. */
  line(maximum: number = this.#bytes.length): Uint8Array {
    const start = this.#position;
    const end = this.#bytes.indexOf(0x0a, start);
    if (end === -1) throw this.fail("a line without a newline; the file is truncated or not a pickle");
    if (end - start > maximum)
      throw this.fail(`a line of ${end - start} bytes; at most ${maximum} are allowed`);
    this.#position = end + 1;
    return this.#bytes.subarray(start, end);
  }

  /** A line with a number, a name or a memo key. */
  name(): string {
    return decodeUtf8(this, this.line(maximumNameBytes));
  }
}

// A byte order mark inside a string is part of the string.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8 and fails on invalid bytes. */
export function decodeUtf8(reader: ByteReader, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw reader.fail("text that is not UTF-8", cause);
  }
}
