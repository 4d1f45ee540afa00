/** A `tf.LayersModel` from the content of a model.json and its weights. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { buildModel } from "./build-model.ts";
import type { JsonObject } from "./json-object.ts";
import type { WeightSpec } from "./model-json.ts";
import type { StoredWeights } from "./set-weights.ts";
import { rememberQuantization } from "./source-quantization.ts";
import { storedBytes } from "./weight-bytes.ts";

export interface LayersModelContent {
  readonly topology: JsonObject;
  readonly metadata: JsonObject | undefined;
  readonly specs: readonly WeightSpec[];
  /** The weights end to end, in the order of `specs`. */
  readonly data: ArrayBuffer[];
}

export function layersModel({ topology, metadata, specs, data }: LayersModelContent): tfl.LayersModel {
  const model = buildModel(topology, storedWeights(specs, data));
  if (metadata !== undefined) model.setUserDefinedMetadata({ ...metadata } as Record<string, object>);
  rememberQuantization(model, specs);
  return model;
}

/** Without the state of an optimiser. */
function storedWeights(specs: readonly WeightSpec[], data: ArrayBuffer[]): StoredWeights {
  const all = new tf.io.CompositeArrayBuffer(data);
  let end = 0;
  const weights = specs.map((spec) => {
    const start = end;
    end += storedBytes([spec]);
    const bytes = [start, end] as const;
    const tensor = () => tf.io.decodeWeights(all.slice(...bytes), [spec])[spec.name] as tf.Tensor;
    return [spec.name, { shape: spec.shape, tensor }] as const;
  });
  return new Map(weights.filter((_, i) => specs[i]?.group !== "optimizer"));
}
