/**
 * The framing of TFRecord files: per record a length of 8 bytes, its masked CRC-32C, the data, and the data's masked
 * CRC-32C, all little-endian (tensorflow/core/lib/io/record_writer.h).
 */
import { TruncatedFileError, UnreadableFileError } from "../errors.ts";
import type { ByteSource, ReadRange } from "./byte-source.ts";
import { maskedCrc32c } from "./crc32c.ts";

export interface TfRecord {
  /** Of the record's length field. */
  readonly at: number;
  /** Of the data. */
  readonly offset: number;
  /** Of the data, in bytes. */
  readonly size: number;
}

const headerBytes = 12;
const footerBytes = 4;

/**
 * The records of a file; only lengths are read.
 *
 * @throws TruncatedFileError where the file ends within a record; UnreadableFileError for a length with a wrong checksum.
 */
export async function* tfRecords(read: ReadRange, { name, size: end }: ByteSource): AsyncGenerator<TfRecord> {
  for (let at = 0; at < end; ) {
    const offset = at + headerBytes;
    if (offset > end) throw new TruncatedFileError(name, end, offset, `the length at byte ${at}`);
    const size = recordLength(await read(at, headerBytes));
    if (size === null)
      throw new UnreadableFileError(name, `the length of the record at byte ${at} has a wrong checksum`);
    const next = offset + size + footerBytes;
    if (next > end) throw new TruncatedFileError(name, end, next, `the record at byte ${at}`);
    yield { at, offset, size };
    at = next;
  }
}

/** The length of a record by its header of 12 bytes; null where the checksum is wrong. */
export function recordLength(header: Buffer): number | null {
  if (maskedCrc32c(header.subarray(0, 8)) !== header.readUInt32LE(8)) return null;
  return Number(header.readBigUInt64LE(0));
}

/**
 * The data of a record.
 *
 * @throws UnreadableFileError where the checksum is wrong.
 */
export async function readTfRecord(
  read: ReadRange,
  { name }: ByteSource,
  { offset, size }: Pick<TfRecord, "offset" | "size">,
): Promise<Buffer> {
  const bytes = await read(offset, size + footerBytes);
  const data = bytes.subarray(0, size);
  if (maskedCrc32c(data) === bytes.readUInt32LE(size)) return data;
  throw new UnreadableFileError(
    `${name}: the record at byte ${offset - headerBytes}`,
    "its data have a wrong checksum",
  );
}
