/** A tensor of a weights file, and the strided copy that views and transpositions are built on. */

export interface WeightTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** A tensor in a file, decoded on request: names and shapes are compared with the model's first. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  decode(): Float32Array;
}

/** Decodes all tensors. */
export function decodeAll(tensors: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, WeightTensor> {
  return new Map([...tensors].map(([name, { shape, decode }]) => [name, { shape, data: decode() }]));
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The strides of a contiguous row-major tensor, in elements. */
export function rowMajorStrides(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

/** The row-major copy of a strided view. Index i of axis a adds `i * strides[a]` to the offset. */
export function copyStrided(
  source: Float32Array,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array {
  const copy = new Float32Array(elementCount(shape));
  // A shape such as [2^40, 0] has no elements but many iterations.
  if (copy.length === 0) return copy;
  // A loop over the last axis, not a call per element: files hold tens of millions of elements.
  const last = shape.length - 1;
  const [run, step] = [shape[last] ?? 1, strides[last] ?? 0];
  let next = 0;
  const walk = (axis: number, at: number): void => {
    if (axis >= last) {
      for (let i = 0; i < run; i++) copy[next++] = source[at + i * step] ?? Number.NaN;
      return;
    }
    const [size, stride] = [shape[axis] ?? 1, strides[axis] ?? 0];
    for (let i = 0; i < size; i++) walk(axis + 1, at + i * stride);
  };
  walk(0, offset);
  return copy;
}

/** Axis i of the result is axis `order[i]` of the tensor. */
export function transpose({ shape, data }: WeightTensor, order: readonly number[]): WeightTensor {
  const strides = rowMajorStrides(shape);
  const sizes = order.map((axis) => shape[axis] ?? 1);
  const turned = order.map((axis) => strides[axis] ?? 0);
  return { shape: sizes, data: copyStrided(data, 0, sizes, turned) };
}
