/** The content of a model's files: its configuration as tfjs writes it, and its weights, quantised on request. */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { ModelFilesError } from "./errors.ts";
import { type Quantization, quantizations, quantize } from "./quantization.ts";
import { storedBytes } from "./weight-bytes.ts";

export interface SaveModelOptions {
  /** How float32 weights are stored; as they are by default. `quantizationOf` returns how a loaded model's were. */
  readonly quantize?: Quantization | undefined;
}

/** Without the state of an optimiser. */
export async function modelArtifacts(
  model: tfl.LayersModel,
  options: SaveModelOptions,
): Promise<tf.io.ModelArtifacts> {
  if (options.quantize !== undefined && !quantizations.includes(options.quantize))
    throw new ModelFilesError(
      `quantize is ${JSON.stringify(options.quantize)}, expected ${quantizations.join(", ")} or undefined`,
    );
  const artifacts = await float32Artifacts(model);
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
  return { ...artifacts, weightSpecs: weightSpecs ?? [], weightData: joined(parts) };
}

export function weightBuffer({ weightData = [] }: tf.io.ModelArtifacts): ArrayBuffer {
  return tf.io.CompositeArrayBuffer.join(weightData);
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.byteLength;
  }
  return all.buffer;
}
