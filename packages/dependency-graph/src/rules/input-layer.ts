/** InputLayer: the model's inputs keep their channels, or callers would have to change their data. */
import { lastAxis } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";

export const inputLayer: LayerRule = ({ outputShape, zeros, pin }) => {
  const ids = zeros(outputShape.at(-1) ?? 1);
  pin(ids, "model input");
  return lastAxis(outputShape, ids);
};
