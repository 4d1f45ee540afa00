/**
 * Reshape. Axes that are split, merged or kept are matched by their sizes. Where channels are split over several axes, the last
 * of these becomes the channel axis: channels with the same index on it are tied. The target shape shrinks with the channels.
 */
import { type Channels, hasNoChannels, onAxis, spread } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";
import { type Guard, guarded } from "./guarded.ts";

/** Axes `[from, to)` of the input that become axes `[start, end)` of the output. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

const canBeFollowed: Guard = (input, { outputShape }) =>
  hasNoChannels(input) || channelSegment(input, resolved(input, outputShape)) !== null
    ? null
    : "its channels cannot be followed past an axis without a fixed size";

export const reshape: LayerRule = guarded([canBeFollowed], (input, context) => {
  const outputShape = resolved(input, context.outputShape);
  const segment = hasNoChannels(input) ? null : channelSegment(input, outputShape);
  if (segment === null) return { shape: outputShape, varies: outputShape.map(() => false), ids: input.ids };
  const elements = spread(
    input,
    input.shape.map((_, axis) => axis >= segment.from && axis < segment.to),
  )?.ids as Int32Array;
  const sizes = outputShape.slice(segment.start, segment.end).map(Number);
  const axis = segment.start + axisThatVaries(elements, sizes);
  const ids = tiedAlong(elements, sizes, axis - segment.start, context);
  context.counts(["targetShape", axis], ids);
  return onAxis(outputShape, axis, ids);
});

/** With the size that tfjs infers, if all others are fixed. */
function resolved({ shape }: Channels, outputShape: Channels["shape"]): Channels["shape"] {
  const isOpen = shape.includes(null) || outputShape.filter((size) => size === null).length !== 1;
  if (isOpen) return outputShape;
  const [total, known] = [shape, outputShape].map((sizes) => sizes.reduce<number>((n, s) => n * (s ?? 1), 1));
  return outputShape.map((size) => size ?? Number(total) / Number(known));
}

/** The segment that holds the channels; null if an axis without a fixed size comes after it. */
function channelSegment({ shape, varies }: Channels, outputShape: Channels["shape"]): Segment | null {
  const axis = varies.indexOf(true);
  let [to, end] = [shape.length, outputShape.length];
  while (to > axis) {
    const segment = lastSegment(shape.slice(0, to), outputShape.slice(0, end));
    if (segment === null || segment.from <= axis) return segment;
    [to, end] = [segment.from, segment.start];
  }
  return null;
}

/** The fewest last axes of both shapes with equal products; null if a size is not fixed. */
function lastSegment(shape: Channels["shape"], outputShape: Channels["shape"]): Segment | null {
  const [to, end] = [shape.length, outputShape.length];
  let [from, start] = [to - 1, end - 1];
  let [size, target] = [shape[from] ?? null, outputShape[start] ?? null];
  while (size !== null && target !== null && size !== target) {
    if (size < target) size = times(size, shape[--from]);
    else target = times(target, outputShape[--start]);
  }
  return size === null || target === null ? null : { from, to, start, end };
}

const times = (size: number, other: number | null | undefined): number | null =>
  typeof other === "number" ? size * other : null;

/** The only axis along which the elements' ids differ, else the last one of a size above 1. */
function axisThatVaries(elements: Int32Array, sizes: readonly number[]): number {
  const candidates = [...sizes.keys()].filter((axis) => sizes[axis] !== 1);
  const only = candidates.find((axis) => {
    const [inner, size] = [sizes.slice(axis + 1).reduce((a, b) => a * b, 1), Number(sizes[axis])];
    return elements.every((id, i) => id === elements[(Math.floor(i / inner) % size) * inner]);
  });
  return only ?? candidates.at(-1) ?? sizes.length - 1;
}

/** The ids along one axis of the elements, tied along all others. */
function tiedAlong(
  elements: Int32Array,
  sizes: readonly number[],
  axis: number,
  { tie }: RuleContext,
): Int32Array {
  if (sizes[axis] === elements.length) return elements;
  const [inner, size] = [sizes.slice(axis + 1).reduce((a, b) => a * b, 1), Number(sizes[axis])];
  const indexOf = (i: number): number => Math.floor(i / inner) % size;
  const ids = Int32Array.from({ length: size }, (_, index) => Number(elements[index * inner]));
  tie(
    elements,
    elements.map((_, i) => Number(ids[indexOf(i)])),
  );
  return ids;
}
