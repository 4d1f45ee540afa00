/** Layers that compute something else in tfjs than in Keras because of the tensors that they read. */
import { type GraphTensor, type LayerCall, modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

/** For each such layer its path, and what tfjs lacks. */
export function graphDifferences(model: tfl.LayersModel): readonly string[] {
  const { calls } = modelGraph(model);
  const masked = maskedTensors(calls);
  const found = calls.flatMap((call) => {
    const difference = ofPooling(call, masked) ?? ofNormalization(call);
    return difference === undefined ? [] : [`${call.path} (${call.className} ${difference})`];
  });
  return [...new Set(found)];
}

/** Tensors with a mask of time steps. */
function maskedTensors(calls: readonly LayerCall[]): ReadonlySet<GraphTensor> {
  const masked = new Set<GraphTensor>();
  for (const call of calls) {
    const passesMask = call.layer.supportsMasking && call.inputs.some((input) => masked.has(input));
    if (!passesMask && !createsMask(call)) continue;
    for (const output of call.outputs) if (output.shape.length > 2) masked.add(output); // the last step alone has none
  }
  return masked;
}

const createsMask = ({ className, layer }: LayerCall): boolean =>
  className === "Masking" || layer.getConfig()["maskZero"] === true;

/** Keras averages over the time steps that are not masked, tfjs over all. */
function ofPooling(
  { className, inputs: [input] }: LayerCall,
  masked: ReadonlySet<GraphTensor>,
): string | undefined {
  return className === "GlobalAveragePooling1D" && input !== undefined && masked.has(input)
    ? "behind a Masking layer or an Embedding with mask_zero=True"
    : undefined;
}

/** tfjs's wasm and cpu engines normalise the last axis, whatever the axis is. */
function ofNormalization({ className, layer, inputs: [input] }: LayerCall): string | undefined {
  if (className !== "BatchNormalization" || input === undefined) return undefined;
  const axis = Number([layer.getConfig()["axis"] ?? -1].flat()[0]);
  return axis === -1 || axis === input.shape.length - 1 ? undefined : `with axis=${axis}`;
}
