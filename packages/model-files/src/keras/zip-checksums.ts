/** The CRC-32 of every entry, from the directory of a zip archive (PKWARE APPNOTE 6.3.10); fflate does not compare them. */

const signatures = { central: 0x02014b50, end: 0x06054b50 } as const;
const endBytes = 22;
const centralBytes = 46;

/**
 * @param bytes - Of an archive below 4 GB.
 * @throws RangeError for a damaged directory.
 */
export function zipChecksums(bytes: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - endBytes;
  while (view.getUint32(end, true) !== signatures.end) end--;
  const checksums = new Map<string, number>();
  let at = view.getUint32(end + 16, true);
  while (at < end && view.getUint32(at, true) === signatures.central) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    );
    const next = at + centralBytes + (nameBytes ?? 0);
    checksums.set(
      new TextDecoder().decode(bytes.subarray(at + centralBytes, next)),
      view.getUint32(at + 16, true),
    );
    at = next + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return checksums;
}
