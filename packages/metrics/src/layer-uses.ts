/** Every use of every layer of a model, producers first, with its shapes; models inside the model are opened up. */
import type * as tfl from "@tensorflow/tfjs-layers";

export type Shape = readonly (number | null)[];

export interface LayerUse {
  readonly layer: tfl.layers.Layer;
  /** Of the first input, without the batch. */
  readonly input: Shape;
  /** Of the first output, without the batch. */
  readonly output: Shape;
}

/** tfjs does not export its `Node`; its shape is enough. */
interface LayerNode {
  readonly inputTensors: readonly tfl.SymbolicTensor[];
  readonly outputTensors: readonly tfl.SymbolicTensor[];
}

/** Only what leads to the model's outputs: a layer may be used in other models, too. */
export function layerUses(model: tfl.LayersModel): readonly LayerUse[] {
  const uses: LayerUse[] = [];
  const seen = new Set<tfl.SymbolicTensor>(model.inputs);
  const visit = (tensor: tfl.SymbolicTensor): void => {
    if (seen.has(tensor)) return;
    const layer = tensor.sourceLayer;
    const node = (layer.inboundNodes as unknown as readonly LayerNode[])[tensor.nodeIndex];
    for (const output of node?.outputTensors ?? [tensor]) seen.add(output);
    const inputs = node?.inputTensors ?? [];
    for (const input of inputs) visit(input);
    if (isModel(layer)) uses.push(...layerUses(layer));
    else uses.push({ layer, input: (inputs[0] ?? tensor).shape.slice(1), output: tensor.shape.slice(1) });
  };
  for (const output of model.outputs) visit(output);
  return uses;
}

function isModel(layer: tfl.layers.Layer): layer is tfl.LayersModel {
  return "inputLayers" in layer && "outputLayers" in layer;
}
