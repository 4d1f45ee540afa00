/**
 * SimpleRNN, GRU, LSTM, ConvLSTM2D and RNN with one or several stacked cells. Inputs are the sequence and, if given, the initial
 * states; outputs are the sequence or its last element and, with `returnState`, the final states. The states of a cell have the
 * cell's units. Of stacked cells, the states of the last cell come first.
 */
import { type Channels, idsAlong, lastAxis } from "../channels.ts";
import type { LayerRule, RuleContext } from "../layer-rule.ts";
import { innerContext, type LayerInside, unsupportedOutputs } from "./inner-context.ts";
import { bindCell, type RecurrentCell, recurrentCells } from "./recurrent-cell.ts";

/** A cell, and the context in which its weights have their own names. */
interface CellCall {
  readonly cell: RecurrentCell;
  readonly context: RuleContext;
}

/** @param cellClass - The class of the layer's only cell; the layer's configuration is the cell's. */
export function recurrent(cellClass: keyof typeof recurrentCells): LayerRule {
  return (context) => runCells(context, [{ cell: recurrentCells[cellClass] as RecurrentCell, context }]);
}

/** RNN, with the cell or the stacked cells in its configuration. */
export function rnn(context: RuleContext): readonly Channels[] | undefined {
  const calls: CellCall[] = [];
  for (const { className, config, weightPrefix, configPath } of cellEntries(context)) {
    const cell = Object.hasOwn(recurrentCells, className) ? recurrentCells[className] : undefined;
    if (cell === undefined) return unsupportedOutputs(context, `no rule for its cell of class ${className}`);
    const { inputs, outputShapes } = context;
    const inner = { className, config, weightPrefix, configPath, inputs, outputShapes };
    calls.push({ cell, context: innerContext(context, inner) });
  }
  return runCells(context, calls);
}

interface CellEntry extends LayerInside {
  readonly weightPrefix: string;
  readonly configPath: readonly (string | number)[];
}

function cellEntries({ config }: RuleContext): readonly CellEntry[] {
  const cell = config["cell"] as LayerInside;
  if (cell.className !== "StackedRNNCells")
    return [{ ...cell, weightPrefix: "", configPath: ["cell", "config"] }];
  return (cell.config["cells"] as readonly LayerInside[]).map((entry, i) => ({
    ...entry,
    weightPrefix: `cell${i}.`,
    configPath: ["cell", "config", "cells", i, "config"],
  }));
}

function runCells(context: RuleContext, cells: readonly CellCall[]): readonly Channels[] | undefined {
  if (context.inputs.length === 0) return undefined;
  if (context.config["dataFormat"] === "channelsFirst")
    return unsupportedOutputs(context, "channels-first data");
  const ids = context.inputs.map((input) => idsAlong(input, input.shape.length - 1));
  const [sequence, ...initialStates] = ids.filter((each) => each !== null);
  if (sequence === undefined || initialStates.length + 1 < ids.length)
    return unsupportedOutputs(context, "its input does not have its channels on the last axis");
  let output = sequence;
  const states: Int32Array[] = [];
  for (const { cell, context: inner } of cells) {
    output = bindCell(inner, cell, output);
    states.unshift(...new Array<Int32Array>(cell.states).fill(output));
  }
  for (const [i, given] of initialStates.entries()) context.tie(given, states[i] ?? given);
  return context.outputShapes.map((shape, i) =>
    lastAxis(shape, i === 0 ? output : (states[i - 1] ?? output)),
  );
}
