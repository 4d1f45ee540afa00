/**
 * Traces a model into a flat list of layer calls, producers before consumers. Every call of a nested model is replaced by the
 * calls of its layers.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelGraphError } from "./errors.ts";
import { isModel } from "./is-model.ts";

/** The sizes of a tensor, batch axis first; null for an open size. */
export type Shape = readonly (number | null)[];

/** A tensor between two layer calls, compared by identity. */
export interface GraphTensor {
  /** For error messages. */
  readonly name: string;
  readonly shape: Shape;
}

/** One call of a layer. A shared layer has several calls. */
export interface LayerCall {
  /** The layer's path, for instance `backbone/conv1`. */
  readonly path: string;
  readonly className: string;
  readonly layer: tfl.layers.Layer;
  /** Empty for an `InputLayer`. */
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

/** A call of a layer in tfjs-layers, whose `Node` is not exported. */
interface LayerNode {
  readonly inputTensors: readonly tfl.SymbolicTensor[];
  readonly outputTensors: readonly tfl.SymbolicTensor[];
}

/** Within one call of a model: the tensor for each of tfjs's symbolic tensors. */
type Scope = Map<tfl.SymbolicTensor, GraphTensor>;

/** An input of a nested model. The model's configuration repeats the shape of the tensor it is called on. */
export interface NestedInput {
  /** The layer whose configuration holds `batchInputShape`. */
  readonly path: string;
  readonly tensor: GraphTensor;
}

export interface TracedCalls {
  readonly calls: readonly LayerCall[];
  readonly nestedInputs: readonly NestedInput[];
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

export function traceCalls(model: tfl.LayersModel, pathOf: (layer: tfl.layers.Layer) => string): TracedCalls {
  const calls: LayerCall[] = [];
  const nestedInputs: NestedInput[] = [];

  const tensorOf = (symbol: tfl.SymbolicTensor, scope: Scope): GraphTensor => {
    const known = scope.get(symbol);
    if (known !== undefined) return known;
    const layer = symbol.sourceLayer;
    const node = (layer.inboundNodes as unknown as readonly LayerNode[])[symbol.nodeIndex];
    if (node === undefined)
      throw new ModelGraphError(
        `layer "${layer.name}" has no call ${symbol.nodeIndex}: rebuild the model from its layers`,
      );
    // An InputLayer lists its own output as its input.
    const symbols = node.inputTensors.filter((input) => input !== symbol);
    const inputs = symbols.map((input) => tensorOf(input, scope));
    const outputs = isModel(layer) ? inline(layer, inputs) : append(layer, inputs, node.outputTensors);
    for (const [i, output] of node.outputTensors.entries()) scope.set(output, outputs[i] as GraphTensor);
    return scope.get(symbol) as GraphTensor;
  };

  const inline = (inner: tfl.LayersModel, inputs: readonly GraphTensor[]): readonly GraphTensor[] => {
    const scope: Scope = new Map(inner.inputs.map((symbol, i) => [symbol, inputs[i] as GraphTensor]));
    for (const [symbol, tensor] of scope)
      nestedInputs.push({ path: pathOf(inputShapeOwner(inner, symbol.sourceLayer)), tensor });
    return inner.outputs.map((symbol) => tensorOf(symbol, scope));
  };

  const append = (
    layer: tfl.layers.Layer,
    inputs: readonly GraphTensor[],
    symbols: readonly tfl.SymbolicTensor[],
  ): readonly GraphTensor[] => {
    const outputs = symbols.map(({ name, shape }) => ({ name, shape }));
    calls.push({ path: pathOf(layer), className: layer.getClassName(), layer, inputs, outputs });
    return outputs;
  };

  const scope: Scope = new Map();
  const outputs = model.outputs.map((symbol) => tensorOf(symbol, scope));
  const inputs = model.inputs.map((symbol) => tensorOf(symbol, scope));
  return { calls, nestedInputs, inputs, outputs };
}

/** The layer whose configuration has the input shape: the InputLayer, or the first layer of a Sequential. */
function inputShapeOwner(model: tfl.LayersModel, inputLayer: tfl.layers.Layer): tfl.layers.Layer {
  const [first] = model.layers;
  if (first === undefined || model.layers.includes(inputLayer)) return inputLayer;
  return isModel(first) ? inputShapeOwner(first, inputLayer) : first;
}
