/**
 * Scales pictures exactly as Pillow does (`Image.resize` with BILINEAR, src/libImaging/Resample.c), on which torchvision's
 * preprocessing rests: a triangle filter as wide as the scale when it shrinks, along rows first and then along columns,
 * with weights of 22 binary places and bytes in between. Only the pixels that the view keeps are computed. (Pillow 13
 * begins with the columns where that is less work, which changes a byte by 1 at most.)
 */

/** [height, width, 3], 0..255 */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** A rectangle of pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** What to make of a picture: `box` is cut out and scaled to `scaled`, `window` of that is kept, perhaps mirrored. */
export interface View {
  readonly box: Box;
  readonly scaled: { readonly height: number; readonly width: number };
  readonly window: Box;
  readonly mirrored: boolean;
}

const channels = 3;
const weightBits = 22;
const half = 2 ** (weightBits - 1);

/** The view of a picture, [window.height, window.width, 3]. Box and window must lie within what they are cut from. */
export function resample({ data, width }: Pixels, { box, scaled, window, mirrored }: View): Uint8Array {
  const across = taps(box.width, scaled.width, window.left, window.width);
  const down = taps(box.height, scaled.height, window.top, window.height);
  const firstRow = down.at(0)?.start ?? 0;
  const rows = (down.at(-1)?.start ?? 0) + (down.at(-1)?.weights.length ?? 0) - firstRow;
  const narrowed = scaleLines(data, mirrored ? across.toReversed() : across, {
    count: rows,
    offset: ((box.top + firstRow) * width + box.left) * channels,
    stride: width * channels,
    item: channels,
  });
  const rowBytes = window.width * channels;
  return scaleLines(narrowed, down, { count: 1, offset: -firstRow * rowBytes, stride: 0, item: rowBytes });
}

/** One pixel of the result is the weighted sum of `weights.length` pixels from `start` on. */
interface Tap {
  readonly start: number;
  /** Sum 2^22, but for rounding. */
  readonly weights: Int32Array;
}

/** The `count` taps from `first` on of those that scale `length` pixels to `scaledLength`. */
function taps(length: number, scaledLength: number, first: number, count: number): readonly Tap[] {
  const scale = length / scaledLength;
  const reach = Math.max(scale, 1);
  return Array.from({ length: count }, (_, i) => {
    const center = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(length, Math.trunc(center + reach + 0.5));
    const triangle = Array.from({ length: end - start }, (_, k) =>
      Math.max(0, 1 - Math.abs((start + k - center + 0.5) / reach)),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    const weights = Int32Array.from(triangle, (weight) => Math.trunc((weight / sum) * 2 ** weightBits + 0.5));
    return { start, weights };
  });
}

/** Lines of items of so many bytes: rows of pixels, or one column of rows. */
interface Lines {
  readonly count: number;
  readonly offset: number;
  readonly stride: number;
  readonly item: number;
}

/** Scales every line by the taps; the lines of the result lie side by side. */
function scaleLines(source: Uint8Array, along: readonly Tap[], lines: Lines): Uint8Array {
  const { count, offset, stride, item } = lines;
  const target = new Uint8Array(count * along.length * item);
  let at = 0;
  for (let line = 0; line < count; line++) {
    for (const { start, weights } of along) {
      const first = offset + line * stride + start * item;
      for (let byte = 0; byte < item; byte += channels, at += channels) {
        weighPixels(source, first + byte, item, weights, target, at);
      }
    }
  }
  return target;
}

/** Writes the weighted sum of the pixels that begin at `first` and lie `step` bytes apart. */
function weighPixels(
  source: Uint8Array,
  first: number,
  step: number,
  weights: Int32Array,
  target: Uint8Array,
  at: number,
): void {
  // 255 · 2^22 and the half for rounding fit into 31 bits, and no sum of positive weights leaves 0..255.
  let red = half;
  let green = half;
  let blue = half;
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k] ?? 0;
    const from = first + k * step;
    red += weight * (source[from] ?? 0);
    green += weight * (source[from + 1] ?? 0);
    blue += weight * (source[from + 2] ?? 0);
  }
  target[at] = red >> weightBits;
  target[at + 1] = green >> weightBits;
  target[at + 2] = blue >> weightBits;
}
