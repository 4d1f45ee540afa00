/** InputLayer: pins the channels of the model's inputs, which the data determines. */
import { lastAxis } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";

export const inputLayer: LayerRule = ({ outputShape, zeros, pin }) => {
  const ids = zeros(outputShape.at(-1) ?? 1);
  pin(ids, "model input");
  return lastAxis(outputShape, ids);
};
