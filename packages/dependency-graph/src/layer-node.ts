/**
 * The parts of tfjs-layers' graph that are read here. `Node` is not exported by tfjs, so it is described by its shape:
 * one node is one use of a layer.
 */
import type * as tfl from "@tensorflow/tfjs-layers";

interface LayerNode {
  readonly inputTensors: readonly tfl.SymbolicTensor[];
  readonly outputTensors: readonly tfl.SymbolicTensor[];
}

export interface LayerUse {
  readonly layer: tfl.layers.Layer;
  readonly inputs: readonly tfl.SymbolicTensor[];
  readonly outputs: readonly tfl.SymbolicTensor[];
}

/** The use of the layer that made this symbolic tensor. */
function useThatMade(tensor: tfl.SymbolicTensor): LayerUse {
  const layer = tensor.sourceLayer;
  const nodes = layer.inboundNodes as unknown as readonly LayerNode[];
  const node = nodes[tensor.nodeIndex];
  if (node === undefined) throw new RangeError(`layer "${layer.name}" has no node ${tensor.nodeIndex}`);
  // The node of an InputLayer lists its own output as its input.
  const inputs = node.inputTensors.filter((input) => input !== tensor);
  return { layer, inputs, outputs: node.outputTensors };
}

/** Every use of a layer that the model's outputs depend on, producers before consumers. */
export function layerUses(model: tfl.LayersModel): readonly LayerUse[] {
  const uses: LayerUse[] = [];
  const seen = new Set<tfl.SymbolicTensor>();
  const visit = (tensor: tfl.SymbolicTensor): void => {
    if (seen.has(tensor)) return;
    const use = useThatMade(tensor);
    for (const output of use.outputs) seen.add(output);
    for (const input of use.inputs) visit(input);
    uses.push(use);
  };
  for (const output of model.outputs) visit(output);
  return uses;
}

/** The weight's name that does not depend on what else was built in this process: `conv1/kernel`. */
export function weightName(weight: tfl.LayerVariable): string {
  return weight.originalName;
}
