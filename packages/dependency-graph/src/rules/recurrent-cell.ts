/**
 * One recurrent cell: kernel `[..., in, gates · units]`, recurrent kernel `[..., units, gates · units]`, bias `[gates · units]`.
 * A unit is one index of the hidden state. It owns one column per gate, and its row of the recurrent kernel consumes it at the
 * next time step.
 */
import { lastAxis } from "../channels.ts";
import type { RuleContext } from "../layer-rule.ts";
import { pinSoftmax } from "./activation.ts";

export interface RecurrentCell {
  readonly gates: number;
  /** The number of state tensors, `[batch, ..., units]` each. */
  readonly states: number;
  /** The kernels' axis of input channels; the next one has the gates. */
  readonly axis: number;
  /** The number of units in the configuration. */
  readonly count: "units" | "filters";
}

const vectors = { axis: 0, count: "units" } as const;

/** By class name of the cell. */
export const recurrentCells: Readonly<Record<string, RecurrentCell>> = {
  SimpleRNNCell: { ...vectors, gates: 1, states: 1 },
  GRUCell: { ...vectors, gates: 3, states: 1 },
  LSTMCell: { ...vectors, gates: 4, states: 2 },
  ConvLSTM2DCell: { gates: 4, states: 2, axis: 2, count: "filters" },
};

/**
 * Binds the cell's weights.
 *
 * @param input - The channels that the cell reads.
 * @returns The cell's units.
 */
export function bindCell(
  context: RuleContext,
  { gates, axis, count }: RecurrentCell,
  input: Int32Array,
): Int32Array {
  const units = context.create("recurrent_kernel", axis, "recurrent");
  const columns = new Int32Array(gates * units.length);
  for (let gate = 0; gate < gates; gate++) columns.set(units, gate * units.length);
  context.bind("kernel", axis, "input", input);
  context.bind("kernel", axis + 1, "kernel", columns);
  context.bind("recurrent_kernel", axis + 1, "kernel", columns);
  if (context.hasWeight("bias")) context.bind("bias", 0, "bias", columns);
  context.counts([count], units);
  for (const key of ["activation", "recurrentActivation"])
    pinSoftmax({ ...context, config: { activation: context.config[key] } }, lastAxis([units.length], units));
  return units;
}
