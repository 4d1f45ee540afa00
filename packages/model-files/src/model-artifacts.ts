/** The content of a model's files: its configuration as tfjs writes it, and its weights, quantised on request. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { completeTopology } from "./complete-topology.ts";
import { ModelFilesError } from "./errors.ts";
import { joinBytes } from "./join-bytes.ts";
import { type Quantization, quantizations, quantize } from "./quantization.ts";
import { storedBytes } from "./weight-bytes.ts";

export interface SaveModelOptions {
  /** How float32 weights are stored; as they are by default. `quantizationOf` returns how a loaded model's were. */
  readonly quantize?: Quantization | undefined;
}

/**
 * Without the state of an optimiser.
 *
 * @throws ModelFilesError for weights that cannot be quantised, or that share a name.
 */
export async function modelArtifacts(
  model: tfl.LayersModel,
  options: SaveModelOptions,
): Promise<tf.io.ModelArtifacts> {
  if (options.quantize !== undefined && !quantizations.includes(options.quantize))
    throw new ModelFilesError(
      `quantize is ${JSON.stringify(options.quantize)}, expected ${quantizations.join(", ")} or undefined`,
    );
  const artifacts = await float32Artifacts(model);
  completeTopology(model, artifacts.modelTopology);
  requireDistinctNames(artifacts.weightSpecs ?? []);
  return options.quantize === undefined ? artifacts : quantized(artifacts, options.quantize);
}

async function float32Artifacts(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  return await new Promise((resolve, reject) => {
    const handler = tf.io.withSaveHandler(async (artifacts) => {
      resolve(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    });
    model.save(handler).catch(reject);
  });
}

/** tfjs finds weights by the names of their layers, without the models around them. */
function requireDistinctNames(specs: readonly tf.io.WeightsManifestEntry[]): void {
  const seen = new Set<string>();
  for (const { name } of specs) {
    if (seen.has(name))
      throw new ModelFilesError(
        `two weights of the model are called "${name}", so that tfjs could not load it: rename one of the layers, which are ` +
          "in different models inside the model",
      );
    seen.add(name);
  }
}

function quantized(artifacts: tf.io.ModelArtifacts, dtype: Quantization): tf.io.ModelArtifacts {
  const data = weightBuffer(artifacts);
  const parts: Uint8Array[] = [];
  let offset = 0;
  const weightSpecs = artifacts.weightSpecs?.map((spec) => {
    const bytes = storedBytes([spec]);
    const part = data.slice(offset, offset + bytes);
    offset += bytes;
    if (spec.dtype !== "float32") {
      parts.push(new Uint8Array(part));
      return spec;
    }
    const result = quantize(new Float32Array(part), dtype, spec.name);
    parts.push(result.bytes);
    return { ...spec, quantization: result.quantization };
  });
  return { ...artifacts, weightSpecs: weightSpecs ?? [], weightData: joinBytes(parts).buffer };
}

export function weightBuffer({ weightData = [] }: tf.io.ModelArtifacts): ArrayBuffer {
  return tf.io.CompositeArrayBuffer.join(weightData);
}
