/**
 * The channel ids of a symbolic tensor. A tensor `[batch, ...shape]` has one id for each index of the axes that *vary*;
 * along the others every index has the same ids. A feature map `[height, width, channels]` varies on its last axis only,
 * a flattened one has an id for every element.
 */
export interface Channels {
  /** Sizes without the batch axis; null where the size is not fixed. */
  readonly shape: readonly (number | null)[];
  /** For each axis of `shape`, whether channel ids differ along it. */
  readonly varies: readonly boolean[];
  /** Ids in row-major order over the varying axes. */
  readonly ids: Int32Array;
}

/** Channels along the last axis of a tensor, the tfjs default. */
export function lastAxis(shape: readonly (number | null)[], ids: Int32Array): Channels {
  return { shape, varies: shape.map((_, axis) => axis === shape.length - 1), ids };
}

/** True if ids differ along the last axis and no other. */
export function variesOnLastAxisOnly(channels: Channels): boolean {
  const last = channels.varies.length - 1;
  return channels.varies.every((varies, axis) => varies === (axis === last));
}

/** Repeats the ids along all axes of `varies`; null if such an axis has no fixed size. */
export function spread(channels: Channels, varies: readonly boolean[]): Channels | null {
  const sizes: number[] = [];
  const strides: number[] = [];
  let stride = channels.ids.length;
  for (const [axis, size] of channels.shape.entries()) {
    const from = channels.varies[axis] === true;
    if (from && size !== null) stride /= size;
    if (varies[axis] !== true) continue;
    if (size === null) return null;
    sizes.push(size);
    strides.push(from ? stride : 0);
  }
  return { shape: channels.shape, varies, ids: gatherStrided(channels.ids, sizes, strides) };
}

/** The channels with their axes in another order; `order[i]` is the old axis that becomes axis i. */
export function permute(channels: Channels, order: readonly number[]): Channels {
  const strideOf: number[] = [];
  let stride = channels.ids.length;
  for (const [axis, size] of channels.shape.entries()) {
    if (channels.varies[axis] === true && size !== null) stride /= size;
    strideOf.push(stride);
  }
  const moved = order.filter((axis) => channels.varies[axis] === true);
  return {
    shape: order.map((axis) => channels.shape[axis] ?? null),
    varies: order.map((axis) => channels.varies[axis] === true),
    ids: gatherStrided(
      channels.ids,
      moved.map((axis) => channels.shape[axis] ?? 0),
      moved.map((axis) => strideOf[axis] ?? 0),
    ),
  };
}

/** `ids[Σ index[k] · strides[k]]` for every index below `sizes`, row-major. */
function gatherStrided(ids: Int32Array, sizes: readonly number[], strides: readonly number[]): Int32Array {
  let offsets = new Int32Array(1);
  for (const [axis, size] of sizes.entries()) {
    const stride = strides[axis] ?? 0;
    const next = new Int32Array(offsets.length * size);
    for (let i = 0; i < offsets.length; i++) {
      const base = offsets[i] ?? 0;
      for (let j = 0; j < size; j++) next[i * size + j] = base + j * stride;
    }
    offsets = next;
  }
  return offsets.map((offset) => ids[offset] ?? 0);
}

/** Concatenates channels along `axis`, on which all of them must vary. */
export function join(parts: readonly Channels[], axis: number): Channels {
  const [first] = parts;
  if (first === undefined) throw new RangeError("join needs at least one tensor");
  const product = (part: Channels, includes: (axis: number) => boolean): number =>
    part.shape.reduce<number>(
      (n, size, i) => (includes(i) && part.varies[i] === true ? n * (size ?? 0) : n),
      1,
    );
  const widths = parts.map((part) => product(part, (i) => i >= axis));
  const outer = product(first, (i) => i < axis);
  const ids = new Int32Array(parts.reduce((n, part) => n + part.ids.length, 0));
  let to = 0;
  for (let row = 0; row < outer; row++) {
    for (const [i, part] of parts.entries()) {
      const width = widths[i] ?? 0;
      ids.set(part.ids.subarray(row * width, (row + 1) * width), to);
      to += width;
    }
  }
  const total = parts.reduce<number>((n, part) => n + (part.shape[axis] ?? 0), 0);
  return { shape: first.shape.map((size, i) => (i === axis ? total : size)), varies: first.varies, ids };
}
