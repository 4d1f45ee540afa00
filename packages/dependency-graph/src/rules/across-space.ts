/** Pooling, UpSampling2D and CenterCrop change the axes beside the channels. Global pooling removes them. */
import type { LayerRule } from "../layer-rule.ts";
import { channelsOnTheirAxis, guarded } from "./guarded.ts";

export const acrossSpace: LayerRule = guarded([channelsOnTheirAxis], (input, { outputShape }) => ({
  shape: outputShape,
  varies: outputShape.length === input.shape.length ? input.varies : [input.varies.includes(true)],
  ids: input.ids,
}));
