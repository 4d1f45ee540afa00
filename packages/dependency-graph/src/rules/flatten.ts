/** Flatten: `[h, w, c]` to `[h·w·c]`. Channel c is at every index `p·C + c`. */
import { type Channels, spread } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { channelsLast, guarded, knownSizes } from "./guarded.ts";

export const flatten: LayerRule = guarded([channelsLast, knownSizes], (input) => {
  const ids = flattened(input);
  return { shape: [ids.length], varies: [true], ids };
});

/** One id for every element, row-major. All sizes are known. */
export function flattened(input: Channels): Int32Array {
  const everyAxis = input.shape.map(() => true);
  return (spread(input, everyAxis) ?? input).ids;
}
