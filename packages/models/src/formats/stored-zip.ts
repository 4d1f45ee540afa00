/**
 * Reads an uncompressed zip archive, zip64 included (PKWARE APPNOTE 6.3.10), and verifies every entry's CRC-32. Entries
 * are views into the archive. No synchronous library verifies the checksums.
 */
import { crc32 } from "@secateur/base";
import { WeightsError } from "../errors.ts";

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;
const endBytes = 22;
const locator64Bytes = 20;
const centralBytes = 46;
const localBytes = 30;
const maximumCommentBytes = 0xffff;
/** In a 32-bit field: the value is in the zip64 record. */
const in64Bits = 0xffff_ffff;

interface Entry {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
  readonly localOffset: number;
}

export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === signatures.local;
}

/** @throws WeightsError for a damaged or compressed archive. */
export function readStoredZip(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  try {
    const entries = readDirectory(bytes);
    const total = entries.reduce((sum, { size }) => sum + size, 0);
    if (total > bytes.length) throw damaged("its entries overlap");
    return new Map(entries.map((entry) => [entry.name, readEntry(bytes, entry)]));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw damaged("its zip directory points outside the file", { cause });
  }
}

function readEntry(bytes: Uint8Array, { name, crc, size, localOffset }: Entry): Uint8Array {
  const view = viewOf(bytes);
  if (view.getUint32(localOffset, true) !== signatures.local) throw damaged(`"${name}" has no header`);
  const variableBytes = view.getUint16(localOffset + 26, true) + view.getUint16(localOffset + 28, true);
  const start = localOffset + localBytes + variableBytes;
  if (start + size > bytes.length) throw damaged(`"${name}" is truncated`);
  const content = bytes.subarray(start, start + size);
  if (crc32(content) !== crc) throw damaged(`checksum mismatch in "${name}"`);
  return content;
}

function readDirectory(bytes: Uint8Array): readonly Entry[] {
  const view = viewOf(bytes);
  const directory = findDirectory(view);
  // A damaged count of entries must not keep the reader busy for hours.
  if (directory.count > bytes.length / centralBytes) throw damaged("its zip directory has no end");
  const entries: Entry[] = [];
  for (let at = directory.offset; entries.length < directory.count; ) {
    if (view.getUint32(at, true) !== signatures.central) throw damaged("its zip directory cannot be read");
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const extraStart = at + centralBytes + nameBytes;
    const name = new TextDecoder().decode(bytes.subarray(at + centralBytes, extraStart));
    if (view.getUint16(at + 10, true) !== 0) throw notPyTorch(`"${name}" in it is compressed`);
    const [, size, localOffset] = sizes(view, at, extraStart, extraStart + extraBytes);
    entries.push({ name, crc: view.getUint32(at + 16, true), size, localOffset });
    at = extraStart + extraBytes + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Uncompressed size, compressed size and offset of the local header; those that do not fit are in the zip64 record. */
function sizes(
  view: DataView,
  entry: number,
  extraStart: number,
  extraEnd: number,
): [number, number, number] {
  let next = extraStart;
  while (next < extraEnd && view.getUint16(next, true) !== 1) next += 4 + view.getUint16(next + 2, true);
  next += 4;
  const read = (field: number): number => {
    const value = view.getUint32(entry + field, true);
    if (value !== in64Bits) return value;
    next += 8;
    return uint64(view, next - 8);
  };
  return [read(24), read(20), read(42)];
}

function findDirectory(view: DataView): { readonly count: number; readonly offset: number } {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - maximumCommentBytes); at--) {
    if (view.getUint32(at, true) !== signatures.end) continue;
    const locator = at - locator64Bytes;
    if (locator < 0 || view.getUint32(locator, true) !== signatures.locator64)
      return { count: view.getUint16(at + 10, true), offset: view.getUint32(at + 16, true) };
    const end64 = uint64(view, locator + 8);
    if (view.getUint32(end64, true) !== signatures.end64) break;
    return { count: uint64(view, end64 + 32), offset: uint64(view, end64 + 48) };
  }
  throw damaged("its zip directory cannot be read");
}

function uint64(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(problem: string, options?: ErrorOptions): WeightsError {
  return new WeightsError(`the PyTorch file is truncated or damaged: ${problem}`, options);
}

function notPyTorch(problem: string): WeightsError {
  return new WeightsError(`the zip is not a PyTorch file: ${problem}`);
}
