/** From a picture's bytes to the numbers that a network takes: (byte / 255 - mean) / deviation, for each channel. */
import { DatasetOptionError } from "./errors.ts";
import type { Normalization } from "./statistics.ts";

/** Writes the normalised `bytes`, [height, width, channels], to `target` from `offset` on. */
export type Normalizer = (bytes: Uint8Array, target: Float32Array, offset: number) => void;

/** Throws `DatasetOptionError` for another number of channels, or a deviation that is not above 0. */
export function normalizer({ mean, std }: Normalization, channels: number): Normalizer {
  if (mean.length !== channels || std.length !== channels) {
    throw new DatasetOptionError(
      `normalize has ${mean.length} means and ${std.length} deviations; the pictures have ${channels} channels`,
    );
  }
  if (!std.every((deviation) => deviation > 0)) {
    throw new DatasetOptionError(`normalize has deviations of ${std.join(", ")}; all must be above 0`);
  }
  // For each channel, what each of the 256 bytes becomes.
  const levels = mean.map((center, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - center) / (std[channel] ?? 1)),
  );
  return (bytes, target, offset) => {
    for (const [channel, level] of levels.entries()) {
      for (let i = channel; i < bytes.length; i += channels) target[offset + i] = level[bytes[i] ?? 0] ?? 0;
    }
  };
}
