/** Flatten: `[h, w, c]` to `[h·w·c]`. Channel c of C is at index `p·C + c` for every pixel p; channels-first data is turned. */
import { type Channels, hasNoChannels, permute, spread } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { guarded, knownSizes } from "./guarded.ts";

export const flatten: LayerRule = guarded([knownSizes], (input, { config, outputShape }) => {
  if (hasNoChannels(input)) return { shape: outputShape, varies: [false], ids: input.ids };
  const axes = [...input.shape.keys()];
  const isTurned = config["dataFormat"] === "channelsFirst";
  const ids = flattened(isTurned ? permute(input, [...axes.slice(1), 0]) : input);
  return { shape: outputShape, varies: [true], ids };
});

/** One id per element, row-major. All sizes must be fixed. */
function flattened(input: Channels): Int32Array {
  const everyAxis = input.shape.map(() => true);
  return (spread(input, everyAxis) ?? input).ids;
}
