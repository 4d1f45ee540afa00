/** The shapes of a model's tensors where the sizes of its inputs are given, because some are open: `[null, null, 3]`. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelGraphError } from "./errors.ts";
import type { GraphTensor, LayerCall, Shape } from "./layer-calls.ts";
import { modelGraph } from "./model-graph.ts";

/** Sizes of the model's input without the batch axis, for instance `[224, 224, 3]`; a list of those for several inputs. */
export type InputShape = readonly number[] | readonly (readonly number[])[];

/**
 * @returns One list of sizes per input, without the batch axis.
 * @throws ModelGraphError for sizes that do not fit the model's inputs.
 */
export function inputSizes(model: tfl.LayersModel, inputShape: InputShape): readonly (readonly number[])[] {
  const { inputs } = modelGraph(model);
  const isOne = Array.isArray(inputShape) && inputShape.every((entry) => typeof entry === "number");
  const given = (isOne ? [inputShape] : inputShape) as readonly (readonly number[])[];
  const fits =
    Array.isArray(given) &&
    given.length === inputs.length &&
    inputs.every(({ shape }, i) => areSizesOf(shape.slice(1), given[i]));
  if (fits) return given;
  const expected = inputs.map(
    ({ shape }) =>
      `[${shape
        .slice(1)
        .map((size) => size ?? "any")
        .join(", ")}]`,
  );
  throw new ModelGraphError(
    `inputShape is ${JSON.stringify(inputShape)}, but model "${model.name}" takes ${expected.join(" and ")}: pass the sizes ` +
      "without the batch, a list of them for several inputs",
  );
}

function areSizesOf(shape: Shape, sizes: unknown): boolean {
  if (!Array.isArray(sizes) || sizes.length !== shape.length) return false;
  return sizes.every((size, axis) => Number.isInteger(size) && size > 0 && (shape[axis] ?? size) === size);
}

/**
 * A model with fixed sizes may hold one with open sizes; its tensors have the sizes that follow.
 *
 * @param inputShape - Default: the sizes of the model's own inputs.
 * @returns The shape of a tensor of the model's graph without the batch axis; sizes that remain open are null.
 */
export function fixedShapes(model: tfl.LayersModel, inputShape?: InputShape): (tensor: GraphTensor) => Shape {
  const { calls, inputs } = modelGraph(model);
  const own: readonly Shape[] = inputs.map(({ shape }) => shape.slice(1));
  const given: readonly Shape[] = inputShape === undefined ? own : inputSizes(model, inputShape);
  const isOpen = calls.some(({ outputs }) => outputs.some(({ shape }) => shape.slice(1).includes(null)));
  if (!isOpen || given.some((shape) => shape.includes(null))) return ({ shape }) => shape.slice(1);
  const shapes = new Map<GraphTensor, Shape>(inputs.map((input, i) => [input, given[i] ?? []]));
  for (const call of calls)
    for (const [i, output] of call.outputs.entries())
      if (!shapes.has(output)) shapes.set(output, outputShapes(call, shapes)[i] ?? []);
  return (tensor) => shapes.get(tensor) ?? [];
}

function outputShapes(
  { layer, inputs }: LayerCall,
  shapes: ReadonlyMap<GraphTensor, Shape>,
): readonly Shape[] {
  const batched = inputs.map((input) => [null, ...(shapes.get(input) ?? [])]);
  const result = layer.computeOutputShape(batched.length === 1 ? (batched[0] ?? []) : batched);
  const all = (Array.isArray(result[0]) ? result : [result]) as readonly Shape[];
  return all.map((shape) => shape.slice(1));
}
