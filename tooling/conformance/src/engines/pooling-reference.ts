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

/** For each value of the output, in order, the indices of its window's values in the input. */
function* placesOf(pooling: Pooling): Generator<readonly number[]> {
  const { batch, sizes, channels } = pooling;
  const positions = sizes.reduce((a, b) => a * b, 1);
  const windows = allWindows(pooling);
  for (let n = 0; n < batch; n++) {
    for (const window of windows) {
      for (let c = 0; c < channels; c++) yield window.map((at) => (n * positions + at) * channels + c);
    }
  }
}

/** ∂L/∂x, `[batch, ...sizes, channels]`, of `poolingOperands`. */
export function poolingGradient(pooling: Pooling): Float64Array {
  const { x, dy } = poolingOperands(pooling);
  const dx = new Float64Array(x.length);
  let output = 0;
  for (const places of placesOf(pooling)) {
    const shares = pooling.kind === "max" ? [firstLargest(places, x)] : places;
    for (const at of shares) dx[at] = Number(dx[at]) + Number(dy[output]) / shares.length;
    output++;
  }
  return dx;
}

const firstLargest = (places: readonly number[], x: Float32Array): number =>
  places.reduce((best, at) => (Number(x[at]) > Number(x[best]) ? at : best));

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
const values = (shape: readonly number[], start: number): Float32Array =>
  Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => Math.max(0, (((i + start) ** 2 * 7 + i) % 11) - 5) - 3,
  );

export interface PoolingOperands {
  /** `[batch, ...sizes, channels]` */
  readonly x: Float32Array;
  /** `[batch, ...windows, channels]` */
  readonly dy: Float32Array;
}

export function poolingOperands(pooling: Pooling): PoolingOperands {
  const { batch, sizes, channels } = pooling;
  return { x: values([batch, ...sizes, channels], 0), dy: values(outputShape(pooling), 5) };
}
