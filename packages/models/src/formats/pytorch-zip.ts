/** PyTorch's format from 1.6 on: an uncompressed zip, `<name>/data.pkl` and one file a storage, `<name>/data/<key>`. */
import { unzipSync } from "fflate";
import { WeightsError } from "../errors.ts";
import { elements } from "./element-type.ts";
import { readObject, type Storage } from "./pytorch-pickle.ts";

/** A PyTorch file taken apart: the object, and the bytes that its tensors are views of. */
export interface StoredObject {
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

export function looksLikeZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 0x03, 0x04].every((byte, i) => bytes[i] === byte);
}

/** Throws `WeightsError`. */
export function readPyTorchZip(bytes: Uint8Array): StoredObject {
  const files = unzip(bytes);
  const pickle = Object.keys(files).find((name) => /^[^/]+\/data\.pkl$/.test(name));
  const object = pickle === undefined ? undefined : files[pickle];
  if (pickle === undefined || object === undefined)
    throw new WeightsError("The zip is not a PyTorch file: there is no data.pkl in it");
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = new TextDecoder().decode(files[`${folder}byteorder`]);
  if (order === "big")
    throw new WeightsError("The PyTorch file was written on a big-endian machine: save it again on another");
  const { value, storages } = readObject(object);
  const found = [...storages.values()].map((storage) => {
    return [storage.key, storageBytes(storage, files[`${folder}data/${storage.key}`])] as const;
  });
  return { value, storages: new Map(found) };
}

function storageBytes({ key, type, count }: Storage, bytes: Uint8Array | undefined): Uint8Array {
  const expected = count * elements[type].bytes;
  if (bytes?.length === expected) return bytes;
  throw new WeightsError(
    `The PyTorch file is damaged: storage "${key}" has ${bytes?.length ?? 0} bytes, ${expected} were expected`,
  );
}

/** A directory entry has at least so many bytes: a damaged count of entries must not keep us busy for hours. */
const leastEntryBytes = 46;

function unzip(bytes: Uint8Array): Readonly<Record<string, Uint8Array>> {
  let entriesLeft = bytes.length / leastEntryBytes;
  try {
    return unzipSync(bytes, {
      filter: ({ name, compression }) => {
        entriesLeft--;
        if (entriesLeft < 0)
          throw new WeightsError("The PyTorch file is damaged: its zip directory has no end");
        if (compression === 0) return true;
        throw new WeightsError(`The zip is not a PyTorch file: "${name}" in it is compressed`);
      },
    });
  } catch (cause) {
    if (cause instanceof WeightsError) throw cause;
    throw new WeightsError("The PyTorch file is truncated or damaged: its zip directory cannot be read", {
      cause,
    });
  }
}
