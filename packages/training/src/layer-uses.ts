/** The uses of a model's layers in the order in which they run. tfjs does not export its `Node`; its shape is enough. */
import type * as tfl from "@tensorflow/tfjs-layers";

export interface LayerUse {
  readonly layer: tfl.layers.Layer;
  readonly inputs: readonly tfl.SymbolicTensor[];
  readonly outputs: readonly tfl.SymbolicTensor[];
}

interface LayerNode {
  readonly inputTensors: readonly tfl.SymbolicTensor[];
  readonly outputTensors: readonly tfl.SymbolicTensor[];
}

const known = new WeakMap<tfl.LayersModel, readonly LayerUse[]>();

/** Producers before consumers; found once a model. */
export function layerUses(model: tfl.LayersModel): readonly LayerUse[] {
  const uses = known.get(model) ?? findUses(model);
  known.set(model, uses);
  return uses;
}

function findUses(model: tfl.LayersModel): readonly LayerUse[] {
  const uses: LayerUse[] = [];
  const seen = new Set<tfl.SymbolicTensor>();
  const visit = (tensor: tfl.SymbolicTensor): void => {
    if (seen.has(tensor)) return;
    const layer = tensor.sourceLayer;
    const node = (layer.inboundNodes as unknown as readonly LayerNode[])[tensor.nodeIndex];
    const outputs = node?.outputTensors ?? [tensor];
    for (const output of outputs) seen.add(output);
    const inputs = (node?.inputTensors ?? []).filter((input) => input !== tensor); // an InputLayer lists its own output
    for (const input of inputs) visit(input);
    uses.push({ layer, inputs, outputs });
  };
  for (const output of model.outputs) visit(output);
  return uses;
}

/** The layer whose softmax is the model's output, or null. */
export function finalSoftmax(model: tfl.LayersModel): tfl.layers.Layer | null {
  const layer = model.outputs[0]?.sourceLayer;
  if (layer === undefined) return null;
  const className = layer.getClassName();
  if (className === "Softmax") return layer;
  const isSoftmax = layer.getConfig()["activation"] === "softmax";
  return isSoftmax && (className === "Dense" || className === "Activation") ? layer : null;
}
