/** The files of a saved model: model.json and its weights in shards of 4 MB, as tfjs-converter writes them. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { modelArtifacts, type SaveModelOptions, weightBuffer } from "./model-artifacts.ts";
import { shardBytes } from "./weight-shards.ts";

/**
 * The content of each file by its name, model.json last. `tf.loadLayersModel` reads them.
 *
 * @param group - The number in the names of the weight files.
 * @throws ModelFilesError for weights that cannot be quantised.
 *
 * @example for (const [name, bytes] of await modelFiles(model, { quantize: "uint8" })) zip.add(name, bytes);
 */
export async function modelFiles(
  model: tfl.LayersModel,
  options: SaveModelOptions = {},
  group = 1,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const artifacts = await modelArtifacts(model, options);
  const data = new Uint8Array(weightBuffer(artifacts));
  const count = Math.max(1, Math.ceil(data.byteLength / shardBytes));
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    files.set(
      `group${group}-shard${i + 1}of${count}.bin`,
      data.subarray(i * shardBytes, (i + 1) * shardBytes),
    );
  }
  const { weightData, weightSpecs, ...rest } = artifacts;
  const weightsManifest = [{ paths: [...files.keys()], weights: weightSpecs }];
  files.set("model.json", new TextEncoder().encode(JSON.stringify({ ...rest, weightsManifest })));
  return files;
}

/**
 * The bytes of the files that `saveModel` writes.
 *
 * @example const before = await modelBytes(original, { quantize: quantizationOf(original) });
 */
export async function modelBytes(model: tfl.LayersModel, options: SaveModelOptions = {}): Promise<number> {
  const files = await modelFiles(model, options);
  return [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
