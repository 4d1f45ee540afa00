/** Flatten: `[h, w, c]` to `[h·w·c]`. Channel c of C is at index `p·C + c` for every pixel p. */
import { type Channels, spread } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";
import { channelsLast, guarded, knownSizes } from "./guarded.ts";

export const flatten: LayerRule = guarded([channelsLast, knownSizes], (input) => {
  const ids = flattened(input);
  return { shape: [ids.length], varies: [true], ids };
});

/** One id per element, row-major. All sizes must be fixed. */
export function flattened(input: Channels): Int32Array {
  const everyAxis = input.shape.map(() => true);
  return (spread(input, everyAxis) ?? input).ids;
}
