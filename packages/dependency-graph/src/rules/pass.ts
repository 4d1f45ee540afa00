/** Layers that treat every element alike (ReLU, dropout, ...): the channels pass. */
import type { LayerRule } from "../layer-rule.ts";

export const pass: LayerRule = ({ inputs }) => inputs[0];
