/** MaxPooling2D, AveragePooling2D: `[h, w, c]` to `[h', w', c]`. GlobalMax- and GlobalAveragePooling2D: to `[c]`. */
import { lastAxis } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { channelsLast, channelsOnLastAxis, guarded } from "./guarded.ts";

export const pooling2d: LayerRule = guarded([channelsLast, channelsOnLastAxis], (input, { outputShape }) =>
  lastAxis(outputShape, input.ids),
);
