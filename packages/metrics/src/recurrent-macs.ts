/**
 * Multiply-adds of recurrent layers and wrappers. Every number of a kernel `[..., in, gates · units]` and of a recurrent kernel
 * `[..., units, gates · units]` is multiplied once per time step, in ConvLSTM2D once per step and position of the state: for
 * vectors `steps · gates · units · (in + units)`. The products of gates and states are elementwise and do not count.
 */
import type { Shape } from "@secateur/model-graph";
import type { LayerConfig, MacRule, MacRuleOf } from "./mac-rules.ts";

/** A wrapped layer or a cell, as a configuration holds it. */
interface LayerEntry {
  readonly className: string;
  readonly config: LayerConfig;
}

/** SimpleRNN, GRU, LSTM, ConvLSTM2D. */
export const recurrent: MacRule = ({ inputs: [input], output, weights, config }) => {
  const kernels = weights.filter((weight) => weight.length >= 2); // without biases
  const uses = Number(input?.[0]) * positions(output, Number(kernels[0]?.length) - 2, config);
  return kernels.reduce((sum, kernel) => sum + kernel.reduce<number>((a, b) => a * Number(b), uses), 0);
};

/** The positions of the state at one time step: 1 for vectors. */
function positions(output: Shape, axes: number, config: LayerConfig): number {
  const end = config["dataFormat"] === "channelsFirst" ? output.length : output.length - 1;
  return output.slice(end - axes, end).reduce<number>((a, b) => a * Number(b), 1);
}

const cells: ReadonlySet<string> = new Set(["SimpleRNNCell", "GRUCell", "LSTMCell"]);

/** RNN of cells that tfjs has; undefined for others. */
export function rnn(config: LayerConfig): MacRule | undefined {
  const cell = config["cell"] as LayerEntry;
  const entries = (cell.config["cells"] ?? [cell]) as readonly LayerEntry[];
  return entries.every(({ className }) => cells.has(className)) ? recurrent : undefined;
}

/** The wrapped layer with the weights of both directions. */
export function bidirectional({ layer }: LayerConfig, ruleOf: MacRuleOf): MacRule | string | undefined {
  const { className, config } = layer as LayerEntry;
  const rule = ruleOf(className, config);
  return typeof rule === "function" ? (shapes) => rule({ ...shapes, config }) : rule;
}

/** The wrapped layer once per time step; undefined for a model. */
export function timeDistributed({ layer }: LayerConfig, ruleOf: MacRuleOf): MacRule | string | undefined {
  const { className, config } = layer as LayerEntry;
  if ("layers" in config) return undefined;
  const rule = ruleOf(className, config);
  if (typeof rule !== "function") return rule;
  return ({ inputs: [input = []], output, weights }) =>
    Number(input[0]) * rule({ inputs: [input.slice(1)], output: output.slice(1), weights, config });
}
