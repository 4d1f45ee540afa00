/** Activation and Softmax: elementwise functions pass; a softmax mixes channels, so removing one changes the others. */
import type { LayerRule } from "../layer-rule.ts";

export const activation: LayerRule = (context) =>
  context.config["activation"] === "softmax" ? softmax(context) : context.inputs[0];

export const softmax: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input !== undefined) context.pin(input.ids, "softmax mixes the channels");
  return input;
};
