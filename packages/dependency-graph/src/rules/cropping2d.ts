/**
 * Cropping2D. Cropping of height and width passes channels. Between two Permutes, or with the other data format, it crops
 * channels, as a split does: what it cuts off belongs to other layers, and the amounts shrink with it.
 */
import type { LayerRule } from "../layer-rule.ts";
import { atEdges } from "./crop-or-pad.ts";

export const cropping2d: LayerRule = atEdges({
  setting: "cropping",
  ids: (ids, [before, after], count) => {
    const end = ids.length - after;
    count(0, ids.subarray(0, before));
    count(1, ids.subarray(end));
    return ids.subarray(before, end);
  },
});
