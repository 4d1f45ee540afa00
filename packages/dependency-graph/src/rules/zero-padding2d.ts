/**
 * ZeroPadding2D, `padding: [[top, bottom], [left, right]]`. Padding of height and width passes channels. Between two Permutes
 * it pads channels: shortcut "A" of the CIFAR ResNets (He et al. 2016, arXiv 1512.03385). The padded channels are always zero;
 * the Add after them ties them to other channels, and the amount of padding shrinks with them.
 */
import { type Channels, join, spread } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";
import { channelsLast, guarded } from "./guarded.ts";

export const zeroPadding2d: LayerRule = guarded([channelsLast], (input, context) => {
  const padding = context.config["padding"];
  if (!Array.isArray(padding)) return context.unsupported("its padding is not a list");
  let padded = input;
  for (const axis of [0, 1]) padded = padAxis(padded, axis, [padding[axis]].flat().map(Number), context);
  return padded;
});

function padAxis(input: Channels, axis: number, amounts: readonly number[], context: RuleContext): Channels {
  const [before = 0, after = before] = amounts;
  if (input.varies[axis] !== true) return { ...input, shape: withSize(input, axis, before + after) };
  const pad = (count: number, side: number): Channels => {
    const zeros = context.zeros(count);
    context.counts(["padding", axis, side], zeros);
    const line = {
      shape: input.shape.map((_, i) => (i === axis ? count : 1)),
      varies: input.varies,
      ids: zeros,
    };
    const stretched = { ...line, shape: input.shape.map((size, i) => (i === axis ? count : size)) };
    const onlyAxis = input.varies.map((_, i) => i === axis);
    return spread({ ...stretched, varies: onlyAxis }, input.varies) ?? line;
  };
  return join([pad(before, 0), input, pad(after, 1)], axis);
}

function withSize(input: Channels, axis: number, more: number): readonly (number | null)[] {
  return input.shape.map((size, i) => (i === axis && size !== null ? size + more : size));
}
