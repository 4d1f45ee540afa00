/**
 * Traces a model into a flat list of layer calls, producers before consumers. Every call of a nested model is replaced by the
 * calls of its layers.
 */
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelGraphError } from "./errors.ts";
import { isModel } from "./is-model.ts";

/** The sizes of a tensor, batch axis first; null where the size is not fixed (usually the batch axis). */
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

/** Maps tfjs's symbolic tensors to ours for one call of a model. A nested model that is called twice gets two scopes. */
type Scope = Map<tfl.SymbolicTensor, GraphTensor>;

/** An input of a nested model. The nested model's own configuration also stores this tensor's shape, so it must shrink too. */
export interface NestedInput {
  /** The layer whose configuration holds `batchInputShape`. */
  readonly path: string;
  readonly tensor: GraphTensor;
}

export interface TracedCalls {
  readonly calls: readonly LayerCall[];
  /** A nested model that is called twice lists its inputs twice. */
  readonly nestedInputs: readonly NestedInput[];
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

export function traceCalls(model: tfl.LayersModel, pathOf: (layer: tfl.layers.Layer) => string): TracedCalls {
  const calls: LayerCall[] = [];
  const nestedInputs: NestedInput[] = [];

  const tensorOf = (symbolic: tfl.SymbolicTensor, scope: Scope): GraphTensor => {
    const traced = scope.get(symbolic);
    if (traced !== undefined) return traced;
    const layer = symbolic.sourceLayer;
    const node = (layer.inboundNodes as unknown as readonly LayerNode[])[symbolic.nodeIndex];
    if (node === undefined)
      throw new ModelGraphError(
        `the model is inconsistent: layer "${layer.name}" no longer has the call that outputs "${symbolic.name}". Recreate the ` +
          "model with tf.model(...)",
      );
    // An InputLayer lists its own output as its input.
    const symbolicInputs = node.inputTensors.filter((input) => input !== symbolic);
    const inputs = symbolicInputs.map((input) => tensorOf(input, scope));
    const outputs = isModel(layer) ? inline(layer, inputs) : append(layer, inputs, node.outputTensors);
    for (const [i, output] of node.outputTensors.entries()) scope.set(output, outputs[i] as GraphTensor);
    return scope.get(symbolic) as GraphTensor;
  };

  const inline = (inner: tfl.LayersModel, inputs: readonly GraphTensor[]): readonly GraphTensor[] => {
    const scope: Scope = new Map(inner.inputs.map((symbolic, i) => [symbolic, inputs[i] as GraphTensor]));
    for (const [symbolic, tensor] of scope)
      nestedInputs.push({ path: pathOf(inputShapeOwner(inner, symbolic.sourceLayer)), tensor });
    return inner.outputs.map((symbolic) => tensorOf(symbolic, scope));
  };

  const append = (
    layer: tfl.layers.Layer,
    inputs: readonly GraphTensor[],
    symbolicOutputs: readonly tfl.SymbolicTensor[],
  ): readonly GraphTensor[] => {
    const outputs = symbolicOutputs.map(({ name, shape }) => ({ name, shape }));
    calls.push({ path: pathOf(layer), className: layer.getClassName(), layer, inputs, outputs });
    return outputs;
  };

  const scope: Scope = new Map();
  const outputs = model.outputs.map((symbolic) => tensorOf(symbolic, scope));
  const inputs = model.inputs.map((symbolic) => tensorOf(symbolic, scope));
  return { calls, nestedInputs, inputs, outputs };
}

/**
 * The layer whose configuration has the input shape: the InputLayer, or the first layer of a Sequential (a Sequential's
 * InputLayer is not in `model.layers`).
 */
function inputShapeOwner(model: tfl.LayersModel, inputLayer: tfl.layers.Layer): tfl.layers.Layer {
  const [first] = model.layers;
  if (first === undefined || model.layers.includes(inputLayer)) return inputLayer;
  return isModel(first) ? inputShapeOwner(first, inputLayer) : first;
}
