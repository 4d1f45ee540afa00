/**
 * The channel ids of a symbolic tensor. A tensor `[batch, ...shape]` has one id for each index of the axes that *vary*;
 * along the others every index has the same ids. Tensors vary on at most one axis: a feature map `[height, width, channels]`
 * on its last one. A flattened feature map has an id for every element.
 */
export interface Channels {
  /** Sizes without the batch axis; null where the size is not fixed. */
  readonly shape: readonly (number | null)[];
  /** For each axis of `shape`, whether channel ids differ along it. */
  readonly varies: readonly boolean[];
  /** Ids in row-major order over the varying axes. */
  readonly ids: Int32Array;
}

/** Channels along one axis. */
export function onAxis(shape: readonly (number | null)[], axis: number, ids: Int32Array): Channels {
  return { shape, varies: shape.map((_, i) => i === axis), ids };
}

/** Channels along the last axis, the tfjs default. */
export function lastAxis(shape: readonly (number | null)[], ids: Int32Array): Channels {
  return onAxis(shape, shape.length - 1, ids);
}

/** True for a tensor whose ids are the same everywhere, such as a model's input. */
export function hasNoChannels({ varies }: Channels): boolean {
  return !varies.includes(true);
}

/** The ids along one axis; null if ids differ along another axis, or if the axis has no fixed size. */
export function idsAlong(channels: Channels, axis: number): Int32Array | null {
  if (channels.varies.some((varies, i) => varies && i !== axis)) return null;
  return spread(channels, onAxis(channels.shape, axis, channels.ids).varies)?.ids ?? null;
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
