/** Layers that treat every element alike (ReLU, dropout, ...): what comes in goes out. */
import type { LayerRule } from "../layer-rule.ts";

export const pass: LayerRule = ({ inputs }) => inputs[0];
