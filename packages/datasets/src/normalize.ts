/** Normalises the bytes of an image to network input: (byte / 255 - mean) / std, per channel. */
import { DatasetOptionError } from "./errors.ts";
import type { Normalization } from "./statistics.ts";

/** Writes the normalised `bytes`, [height, width, channels], into `target` at `offset`. */
export type Normalizer = (bytes: Uint8Array, target: Float32Array, offset: number) => void;

/** @throws DatasetOptionError for a wrong number of channels or a standard deviation that is not positive. */
export function normalizer({ mean, std, order }: Normalization, channels: number): Normalizer {
  if (mean.length !== channels || std.length !== channels) {
    throw new DatasetOptionError(
      `normalize has ${mean.length} means and ${std.length} standard deviations; the images have ${channels} channels`,
    );
  }
  if (!std.every((deviation) => deviation > 0)) {
    throw new DatasetOptionError(`normalize has std [${std.join(", ")}]; every entry must be positive`);
  }
  // [channels][256]: the normalised value of every byte.
  const tables = mean.map((center, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - center) / (std[channel] ?? 1)),
  );
  return (bytes, target, offset) => {
    for (const [channel, table] of tables.entries()) {
      const from = order === "BGR" ? channels - 1 - channel : channel;
      for (let i = 0; i < bytes.length; i += channels)
        target[offset + i + channel] = table[bytes[i + from] ?? 0] ?? 0;
    }
  };
}
