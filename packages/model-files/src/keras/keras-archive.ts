/**
 * Keras's `.keras` files: a zip archive with config.json and model.weights.h5. The archive may hold at most 2 GB when
 * unpacked, and config.json 64 MB; both are checked before anything is unpacked.
 */
import { crc32 } from "@secateur/base";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type UnzipFileInfo, unzipSync } from "fflate";
import { ModelFileError } from "../errors.ts";
import { maximumJsonBytes } from "../model-folder.ts";
import { archivedWeights } from "./archived-weights.ts";
import { withHdf5 } from "./hdf5.ts";
import { kerasModel, parseConfiguration, requirePlausibleSize } from "./keras-model.ts";
import { zipChecksums } from "./zip-checksums.ts";

const limits: Readonly<Record<string, number>> = {
  "config.json": maximumJsonBytes,
  "model.weights.h5": 2 ** 31 - 1,
};

/** @throws ModelFileError, UnsupportedModelError */
export async function loadKerasArchive(bytes: Uint8Array, name: string): Promise<tfl.LayersModel> {
  const { "config.json": config, "model.weights.h5": weights } = unpack(bytes, name);
  if (config === undefined || weights === undefined)
    throw new ModelFileError(
      `"${name}" is a zip archive without config.json or model.weights.h5: no Keras file`,
    );
  const topology = parseConfiguration(new TextDecoder().decode(config), name);
  return await withHdf5(weights, name, (file) => {
    const stored = archivedWeights(topology, file);
    requirePlausibleSize(stored, weights.byteLength);
    return kerasModel(topology, stored);
  });
}

function unpack(bytes: Uint8Array, name: string): Readonly<Record<string, Uint8Array>> {
  const filter = (file: UnzipFileInfo): boolean => {
    const limit = limits[file.name];
    if (limit !== undefined && file.originalSize > limit)
      throw new ModelFileError(
        `"${file.name}" in "${name}" has ${file.originalSize} bytes, expected at most ${limit}`,
      );
    return limit !== undefined;
  };
  try {
    const files = unzipSync(bytes, { filter });
    const checksums = zipChecksums(bytes);
    for (const [file, content] of Object.entries(files)) {
      if (crc32(content) !== checksums.get(file))
        throw new ModelFileError(`checksum mismatch in "${file}" in "${name}": copy or download it again`);
    }
    return files;
  } catch (cause) {
    if (cause instanceof ModelFileError) throw cause;
    throw new ModelFileError(`"${name}" is a damaged zip archive: ${String(cause)}`, { cause });
  }
}
