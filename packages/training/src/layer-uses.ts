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

/** By the model's outputs: a Sequential that grows gets new ones. */
const known = new WeakMap<readonly tfl.SymbolicTensor[], readonly LayerUse[]>();

/** Producers before consumers; found once a model. A model inside the model is one use. */
export function layerUses(model: tfl.LayersModel): readonly LayerUse[] {
  const uses = known.get(model.outputs) ?? findUses(model);
  known.set(model.outputs, uses);
  return uses;
}

function findUses(model: tfl.LayersModel): readonly LayerUse[] {
  const uses: LayerUse[] = [];
  const seen = new Set<tfl.SymbolicTensor>(model.inputs);
  const visit = (tensor: tfl.SymbolicTensor): void => {
    if (seen.has(tensor)) return;
    const layer = tensor.sourceLayer;
    const node = (layer.inboundNodes as unknown as readonly LayerNode[])[tensor.nodeIndex];
    const outputs = node?.outputTensors ?? [tensor];
    for (const output of outputs) seen.add(output);
    const inputs = node?.inputTensors ?? [];
    for (const input of inputs) visit(input);
    uses.push({ layer, inputs, outputs });
  };
  for (const output of model.outputs) visit(output);
  return uses;
}

/** A whole model that serves as a layer. */
export function isModel(layer: tfl.layers.Layer): layer is tfl.LayersModel {
  return "inputLayers" in layer && "outputLayers" in layer;
}
