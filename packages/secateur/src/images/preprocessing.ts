/** How the bytes of an image become the input of a network: (byte · scale - mean) / std for every channel. */

export interface Preprocessing {
  readonly scale: number;
  /** [channels], or one for all. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly order: "RGB" | "BGR";
}

export const presetNames = ["mobilenet", "unit", "torch", "keras", "raw"] as const;
export type PresetName = (typeof presetNames)[number];

export const presets: Readonly<Record<PresetName, Preprocessing>> = {
  mobilenet: { scale: 1 / 127.5, mean: [1], std: [1], order: "RGB" },
  unit: { scale: 1 / 255, mean: [0], std: [1], order: "RGB" },
  torch: { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], order: "RGB" },
  keras: { scale: 1, mean: [103.939, 116.779, 123.68], std: [1], order: "BGR" },
  raw: { scale: 1, mean: [0], std: [1], order: "RGB" },
};

export const presetMeanings: Readonly<Record<PresetName, string>> = {
  mobilenet: "pixels from -1 to 1",
  unit: "pixels from 0 to 1",
  torch: "ImageNet's mean and standard deviation, as in PyTorch",
  keras: "BGR minus ImageNet's mean, as for Keras' ResNet50 and VGG",
  raw: "pixels from 0 to 255",
};

/** Presets that fit images of so many channels. */
export function presetsFor(channels: number): readonly PresetName[] {
  return presetNames.filter((name) => channels === 3 || presets[name].mean.length === 1);
}

/** Writes an image, `[height, width, 3]` RGB bytes, into `target` at `offset` as `[height, width, channels]`. */
export function writePixels(
  bytes: Uint8Array,
  { scale, mean, std, order }: Preprocessing,
  channels: number,
  target: Float32Array,
  offset: number,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const center = mean[channel] ?? mean[0] ?? 0;
    const deviation = std[channel] ?? std[0] ?? 1;
    const table = Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - center) / deviation);
    const source = order === "RGB" ? channel : 2 - channel;
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
