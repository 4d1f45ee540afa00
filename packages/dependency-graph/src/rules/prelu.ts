/** PReLU: `alpha`, of the input's shape with size 1 on shared axes, is bound to the channels unless they share it. */
import type { LayerRule } from "../layer-rule.ts";
import { type Guard, guarded } from "./guarded.ts";

const sharedAxes = (config: Readonly<Record<string, unknown>>): readonly number[] =>
  [config["sharedAxes"] ?? []].flat().map(Number);

/** tfjs's wasm kernel repeats alpha from its first number on, which is right for shared axes before all others. */
const sharesLeadingAxes: Guard = (_, { config }) => {
  const axes = new Set(sharedAxes(config));
  const isLeading = [...axes].every((axis) => axis <= axes.size);
  return isLeading
    ? null
    : `it shares alpha along axes ${[...axes].join()}, which tfjs's wasm engine does wrongly`;
};

export const prelu: LayerRule = guarded([sharesLeadingAxes], (input, context) => {
  const axis = input.varies.indexOf(true);
  if (axis >= 0 && !sharedAxes(context.config).includes(axis + 1))
    context.bind("alpha", axis, "alpha", input.ids);
  return input;
});
