/**
 * ∂L/∂x of average and max pooling in double precision, by the definition: the mean over a window's values inside the input,
 * and the first of its largest values. Over any number of axes.
 */

export interface Pooling {
  readonly kind: "average" | "max";
  readonly batch: number;
  /** Of the input: height and width, or depth, height and width. */
  readonly sizes: readonly number[];
  readonly channels: number;
  readonly window: number;
  readonly stride: number;
  readonly pad: "same" | "valid" | number;
}

/** The windows along one axis: for each, the indices of its values inside the input. */
function windowsOf(size: number, { window, stride, pad }: Pooling): readonly (readonly number[])[] {
  const same = Math.ceil(size / stride);
  const missing = Math.max(0, (same - 1) * stride + window - size);
  const before = pad === "same" ? Math.floor(missing / 2) : pad === "valid" ? 0 : pad;
  const count = pad === "same" ? same : Math.floor((size + 2 * before - window) / stride) + 1;
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: window }, (_, k) => i * stride - before + k).filter((at) => at >= 0 && at < size),
  );
}

/** The shape of the output, `[batch, ...windows, channels]`. */
export function outputShape(pooling: Pooling): readonly number[] {
  const { batch, sizes, channels } = pooling;
  return [batch, ...sizes.map((size) => windowsOf(size, pooling).length), channels];
}

/** For each window, the row-major indices of its values in one image. */
function allWindows(pooling: Pooling): readonly (readonly number[])[] {
  return pooling.sizes.reduce<readonly (readonly number[])[]>(
    (windows, size) =>
      windows.flatMap((outer) =>
        windowsOf(size, pooling).map((along) => outer.flatMap((row) => along.map((at) => row * size + at))),
      ),
    [[0]],
  );
}

/**
 * @param x - `[batch, ...sizes, channels]`
 * @param dy - `[batch, ...windows, channels]`
 */
export function poolingGradient(
  pooling: Pooling,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): Float64Array {
  const { kind, batch, sizes, channels } = pooling;
  const windows = allWindows(pooling);
  const positions = sizes.reduce((a, b) => a * b, 1);
  const dx = new Float64Array(x.length);
  for (let n = 0; n < batch; n++) {
    for (const [w, window] of windows.entries()) {
      for (let c = 0; c < channels; c++) {
        const places = window.map((at) => (n * positions + at) * channels + c);
        const slope = Number(dy[(n * windows.length + w) * channels + c]);
        const largest = places.reduce((best, at) => (Number(x[at]) > Number(x[best]) ? at : best));
        const shares = kind === "max" ? [largest] : places;
        for (const at of shares) dx[at] = Number(dx[at]) + slope / shares.length;
      }
    }
  }
  return dx;
}

/** Windows that overlap or leave values out, even and odd padding, 2-D and 3-D. */
export const poolings: readonly Pooling[] = (["average", "max"] as const).flatMap((kind) => [
  ...(
    [
      [2, 2, "same"],
      [3, 2, "same"],
      [3, 1, "same"],
      [5, 3, "same"],
      [3, 2, "valid"],
      [3, 2, 1],
    ] as const
  ).map(([window, stride, pad]) => ({ kind, batch: 2, sizes: [7, 6], channels: 3, window, stride, pad })),
  ...(["same", "valid"] as const).map((pad) => ({
    ...{ kind, batch: 2, sizes: [3, 5, 4], channels: 2, window: 3, stride: 2, pad },
  })),
]);

/** Whole numbers of which many are equal, as behind a ReLU. */
export const poolingValues = (count: number, start = 0): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.max(0, (((i + start) ** 2 * 7 + i) % 11) - 5) - 3);
