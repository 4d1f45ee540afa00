/** RepeatVector: `[channels]` to `[n, channels]`. */
import type { LayerRule } from "../layer-rule.ts";
import { guarded } from "./guarded.ts";

export const repeatVector: LayerRule = guarded([], ({ varies, ids }, { outputShape }) => ({
  shape: outputShape,
  varies: [false, ...varies],
  ids,
}));
