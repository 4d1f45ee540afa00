/** Keras's `.h5` and `.keras` files, as Keras 2 and 3 write them. */

import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { readInThread } from "#keras-thread";
import { ModelFilesError } from "../errors.ts";
import type { StoredWeights } from "../set-weights.ts";
import { parseConfiguration } from "./configuration.ts";
import { unpackKerasArchive } from "./keras-archive.ts";
import type { KerasContent } from "./keras-content.ts";
import { kerasModel } from "./keras-model.ts";

export interface KerasSource {
  /** For messages. */
  readonly name: string;
  readonly format: "h5" | "keras";
  readonly bytes: Uint8Array;
}

/**
 * @param timeoutMs - For reading the HDF5 file, in Node.
 * @throws ModelFileError, UnsupportedModelError; ModelFilesError for a time limit that is none.
 */
export async function loadKeras(
  { name, format, bytes }: KerasSource,
  timeoutMs: number,
): Promise<tfl.LayersModel> {
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31))
    throw new ModelFilesError(`timeoutMs is ${timeoutMs}, expected a number of milliseconds below 2^31`);
  const file = format === "keras" ? unpackKerasArchive(bytes, name) : { name, hdf5: bytes };
  const { config, weights } = await readInThread(file, timeoutMs);
  return kerasModel(parseConfiguration(config, name), storedWeights(weights));
}

function storedWeights(weights: KerasContent["weights"]): StoredWeights {
  const stored = [...weights].map(([path, { shape, values }]) => {
    const tensor = (): tf.Tensor => tf.tensor(values, [...shape], "float32");
    return [path, { shape, tensor }] as const;
  });
  return new Map(stored);
}
