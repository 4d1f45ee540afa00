/**
 * ZeroPadding2D. Padding of height and width passes channels. Between two Permutes it pads channels: shortcut "A" of the CIFAR
 * ResNets (He et al. 2016, arXiv 1512.03385). The padded channels are always zero; the Add after them ties them to other
 * channels, and the amount of padding shrinks with them.
 */
import type { LayerRule } from "../layer-rule.ts";
import { atEdges } from "./crop-or-pad.ts";

export const zeroPadding2d: LayerRule = atEdges({
  setting: "padding",
  ids: (ids, [before, after], count, { zeros }) => {
    const [start, end] = [zeros(before), zeros(after)];
    count(0, start);
    count(1, end);
    return Int32Array.of(...start, ...ids, ...end);
  },
});
