/** Writes the bytes of an image as the input of a network, normalised, in colour or in grey. */
import {
  type Normalization,
  type PreprocessingName,
  preprocessingNames,
  preprocessings,
} from "@secateur/datasets";

/** Preprocessings that fit images of so many channels. */
export function presetsFor(channels: number): readonly PreprocessingName[] {
  return preprocessingNames.filter((name) => channels === 3 || new Set(preprocessings[name].mean).size === 1);
}

/**
 * Writes an image, `[height, width, 3]` RGB bytes, into `target` at `offset` as `[height, width, channels]`.
 *
 * @param normalization - One mean and one deviation are those of all channels.
 */
export function writePixels(
  bytes: Uint8Array,
  { mean, std, order }: Normalization,
  channels: number,
  target: Float32Array,
  offset: number,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const center = mean[channel] ?? mean[0] ?? 0;
    const deviation = std[channel] ?? std[0] ?? 1;
    const table = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - center) / deviation);
    const source = order === "BGR" ? 2 - channel : channel;
    for (let from = 0, to = offset + channel; from < bytes.length; from += 3, to += channels) {
      target[to] = table[channels === 1 ? luminance(bytes, from) : (bytes[from + source] ?? 0)] ?? 0;
    }
  }
}

/** ITU-R BT.601, as in Pillow's conversion to "L". */
function luminance(bytes: Uint8Array, at: number): number {
  const [red = 0, green = 0, blue = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
