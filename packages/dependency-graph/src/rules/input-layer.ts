/** InputLayer: pins the channels of the model's inputs, which the data determines. */
import { type Channels, lastAxis } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";

export function inputLayer({ outputShape, zeros, pin }: RuleContext): Channels {
  const ids = zeros(outputShape.at(-1) ?? 1);
  pin(ids, "model input");
  return lastAxis(outputShape, ids);
}
