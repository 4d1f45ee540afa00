/**
 * LayerNormalization (Ba et al. 2016, arXiv 1607.06450). Along the channels it divides by statistics of all of them, so a
 * removed channel would change the others: they are pinned. Along other axes it passes channels.
 */
import type { LayerRule } from "../layer-rule.ts";
import { type Guard, guarded } from "./guarded.ts";

/** `axis` counts from the batch axis; a built layer holds a list without negative numbers. */
const mixesNoChannels: Guard = ({ varies }, { config }) =>
  [config["axis"]].flat().some((axis) => varies[Number(axis) - 1] === true)
    ? "it normalises across the channels"
    : null;

export const layerNormalization: LayerRule = guarded([mixesNoChannels], (input) => input);
