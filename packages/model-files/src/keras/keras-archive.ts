/**
 * Keras's `.keras` files: a zip archive with config.json and model.weights.h5. The archive may hold at most 2 GB when
 * unpacked, and config.json 64 MB; both are checked before anything is unpacked.
 */
import { crc32 } from "@secateur/base";
import { type UnzipFileInfo, unzipSync } from "fflate";
import { ModelFileError } from "../errors.ts";
import { maximumJsonBytes } from "../model-folder.ts";
import type { KerasFile } from "./keras-content.ts";
import { zipChecksums } from "./zip-checksums.ts";

const limits: Readonly<Record<string, number>> = {
  "config.json": maximumJsonBytes,
  "model.weights.h5": 2 ** 31 - 1,
};

/** @throws ModelFileError */
export function unpackKerasArchive(bytes: Uint8Array, name: string): KerasFile {
  const { "config.json": config, "model.weights.h5": hdf5 } = unpack(bytes, name);
  if (config === undefined || hdf5 === undefined)
    throw new ModelFileError(
      `"${name}" is a zip archive without config.json or model.weights.h5: no Keras file`,
    );
  return { name, hdf5, config: new TextDecoder().decode(config) };
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
