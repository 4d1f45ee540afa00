/**
 * Bilinear resampling, byte for byte as in Pillow 12 (`Image.resize` with BILINEAR, src/libImaging/Resample.c), which
 * torchvision's preprocessing uses: an antialiasing triangle filter, horizontal pass first, weights of 22 fractional
 * bits, bytes between the passes. Only the pixels inside the window are computed.
 */

/** [height, width, 3], 0..255 */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** A rectangle, in pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Crops `box`, scales it to `scaled`, crops `window` from the result and mirrors it horizontally if `mirrored`. */
export interface View {
  readonly box: Box;
  readonly scaled: { readonly height: number; readonly width: number };
  readonly window: Box;
  readonly mirrored: boolean;
}

const channels = 3;
const weightBits = 22;
const half = 2 ** (weightBits - 1);

/** The view of an image, [window.height, window.width, 3]. Box and window must lie within their source. */
export function resample({ data, width }: Pixels, { box, scaled, window, mirrored }: View): Uint8Array {
  const columns = filters(box.width, scaled.width, window.left, window.width);
  const rows = filters(box.height, scaled.height, window.top, window.height);
  const firstRow = rows.at(0)?.start ?? 0;
  const rowCount = (rows.at(-1)?.start ?? 0) + (rows.at(-1)?.weights.length ?? 0) - firstRow;
  const narrowed = scaleLines(data, mirrored ? columns.toReversed() : columns, {
    count: rowCount,
    offset: ((box.top + firstRow) * width + box.left) * channels,
    stride: width * channels,
    item: channels,
  });
  const rowBytes = window.width * channels;
  return scaleLines(narrowed, rows, { count: 1, offset: -firstRow * rowBytes, stride: 0, item: rowBytes });
}

/** One output pixel is the weighted sum of `weights.length` input pixels from `start` on. */
interface Filter {
  readonly start: number;
  /** Fixed point: they sum to 2^22 up to rounding. */
  readonly weights: Int32Array;
}

/** The filters of output pixels `first` to `first + count - 1` for scaling `length` pixels to `scaledLength`. */
function filters(length: number, scaledLength: number, first: number, count: number): readonly Filter[] {
  const scale = length / scaledLength;
  const radius = Math.max(scale, 1);
  return Array.from({ length: count }, (_, i) => {
    const center = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - radius + 0.5));
    const end = Math.min(length, Math.trunc(center + radius + 0.5));
    const triangle = Array.from({ length: end - start }, (_, k) =>
      Math.max(0, 1 - Math.abs((start + k - center + 0.5) / radius)),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    const weights = Int32Array.from(triangle, (weight) => Math.trunc((weight / sum) * 2 ** weightBits + 0.5));
    return { start, weights };
  });
}

/** `count` lines of items of `item` bytes: rows of pixels, or one column of rows. */
interface Lines {
  readonly count: number;
  readonly offset: number;
  readonly stride: number;
  readonly item: number;
}

/** Scales every line; the scaled lines are contiguous. */
function scaleLines(source: Uint8Array, along: readonly Filter[], lines: Lines): Uint8Array {
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

/** Writes the weighted sum of the pixels at `first`, `first + stride`, ... (byte offsets). */
function weighPixels(
  source: Uint8Array,
  first: number,
  stride: number,
  weights: Int32Array,
  target: Uint8Array,
  at: number,
): void {
  // 255 · 2^22 plus the rounding half fits into 31 bits; positive weights keep the result within 0..255.
  let red = half;
  let green = half;
  let blue = half;
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k] ?? 0;
    const from = first + k * stride;
    red += weight * (source[from] ?? 0);
    green += weight * (source[from + 1] ?? 0);
    blue += weight * (source[from + 2] ?? 0);
  }
  target[at] = red >> weightBits;
  target[at + 1] = green >> weightBits;
  target[at + 2] = blue >> weightBits;
}
