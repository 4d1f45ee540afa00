/** Layers that compute something else in tfjs than in Keras because of the tensors that they read. */
import { type GraphTensor, type LayerCall, modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

/** For each such layer its path, and what tfjs lacks. */
export function graphDifferences(model: tfl.LayersModel): readonly string[] {
  const masked = new Set<GraphTensor>();
  const found = modelGraph(model).calls.flatMap((call) => {
    const readsMask = call.inputs.some((input) => masked.has(input));
    if (createsMask(call) || (readsMask && call.layer.supportsMasking))
      for (const output of call.outputs) if (output.shape.length > 2) masked.add(output); // one step has no mask
    const difference = ofPooling(call, readsMask) ?? ofNormalization(call);
    return difference === undefined ? [] : [`${call.path} (${call.className} ${difference})`];
  });
  return [...new Set(found)];
}

const createsMask = ({ className, layer }: LayerCall): boolean =>
  className === "Masking" || layer.getConfig()["maskZero"] === true;

/** Keras averages over the time steps that are not masked, tfjs over all. */
function ofPooling({ className }: LayerCall, readsMask: boolean): string | undefined {
  return readsMask && className === "GlobalAveragePooling1D"
    ? "behind a Masking layer or an Embedding with mask_zero=True"
    : undefined;
}

/** tfjs's wasm and cpu engines normalise the last axis, whatever the axis is. */
function ofNormalization({ className, layer, inputs: [input] }: LayerCall): string | undefined {
  if (className !== "BatchNormalization" || input === undefined) return undefined;
  const axis = Number([layer.getConfig()["axis"] ?? -1].flat()[0]);
  return axis === -1 || axis === input.shape.length - 1 ? undefined : `with axis=${axis}`;
}
