/** Tells the formats of model files apart by their first bytes. */

const signatures = {
  /** HDF5 format specification 3.0, section II.A. */
  h5: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
  /** A zip archive: Keras's `.keras`. */
  keras: [0x50, 0x4b, 0x03, 0x04],
} as const;

export function fileFormat(bytes: Uint8Array): "h5" | "keras" | "json" {
  const startsWith = (signature: readonly number[]): boolean =>
    signature.every((byte, i) => bytes[i] === byte);
  if (startsWith(signatures.h5)) return "h5";
  return startsWith(signatures.keras) ? "keras" : "json";
}
