/** Activation and Softmax: elementwise functions pass; a softmax mixes channels, so removing one changes the others. */
import type { LayerRule } from "../layer-rule.ts";

export const activation: LayerRule = (context) =>
  mixesChannels(context.config) ? softmax(context) : context.inputs[0];

/** Softmax and its logarithm look at all channels at once. */
export const mixesChannels = ({ activation: name }: Readonly<Record<string, unknown>>): boolean =>
  name === "softmax" || name === "logSoftmax";

export const softmax: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input !== undefined) context.pin(input.ids, "softmax mixes the channels");
  return input;
};
