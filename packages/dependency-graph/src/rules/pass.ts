/** Elementwise layers (ReLU, dropout, ...) pass channels. */
import type { LayerRule } from "../layer-rule.ts";

export const pass: LayerRule = ({ inputs }) => inputs[0];
