/** Add and its kin tie their inputs element by element: a sum keeps a channel as long as one addend has it. */
import { type Channels, spread } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";

export const elementwiseMerge: LayerRule = (context) => {
  const [first] = context.inputs;
  if (first === undefined) return undefined;
  const rank = Math.max(...context.inputs.map((input) => input.shape.length));
  if (context.inputs.some((input) => input.shape.length !== rank))
    return context.giveUp("inputs of unequal rank");
  const full = context.inputs.map((input) => stretch(input, context));
  const varies = first.varies.map((_, axis) => full.some((input) => input.varies[axis] === true));
  const aligned = full.map((input) => spread({ ...input, shape: context.outputShape }, varies));
  const [merged, ...others] = aligned.filter((input) => input !== null);
  if (merged === undefined || others.length + 1 < aligned.length)
    return context.giveUp("a size is left open");
  for (const other of others) context.tie(merged.ids, other.ids);
  return merged;
};

/** One channel added to many (a size of 1 that is broadcast) cannot go with any single one of them: it is pinned. */
function stretch(input: Channels, { outputShape, pin }: RuleContext): Channels {
  const isBroadcast = (axis: number): boolean => input.shape[axis] === 1 && outputShape[axis] !== 1;
  const varies = input.varies.map((v, axis) => v && !isBroadcast(axis));
  if (varies.every((v, axis) => v === input.varies[axis])) return input;
  pin(input.ids, "one channel is combined with many");
  return { ...input, varies };
}
