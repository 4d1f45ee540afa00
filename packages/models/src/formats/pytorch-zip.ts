/** PyTorch's format since 1.6: an uncompressed zip with `<name>/data.pkl` and one file per storage, `<name>/data/<key>`. */
import { WeightsError } from "../errors.ts";
import { elements } from "./element-type.ts";
import { readObject, type Storage } from "./pytorch-pickle.ts";
import { readStoredZip } from "./stored-zip.ts";

/** The unpickled object, and the bytes of the storages that its tensors view. */
export interface StoredObject {
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

/** @throws WeightsError */
export function readPyTorchZip(bytes: Uint8Array): StoredObject {
  const files = readStoredZip(bytes);
  const [path, pickle] = [...files].find(([name]) => /^[^/]+\/data\.pkl$/.test(name)) ?? [];
  if (path === undefined || pickle === undefined)
    throw new WeightsError("the zip is not a PyTorch file: it contains no data.pkl");
  const folder = path.slice(0, -"data.pkl".length);
  const order = new TextDecoder().decode(files.get(`${folder}byteorder`));
  if (order === "big")
    throw new WeightsError("the PyTorch file is big-endian: save it again on a little-endian machine");
  const { value, storages } = readObject(pickle);
  const entries = [...storages.values()].map((storage) => {
    return [storage.key, storageBytes(storage, files.get(`${folder}data/${storage.key}`))] as const;
  });
  return { value, storages: new Map(entries) };
}

function storageBytes({ key, type, count }: Storage, bytes: Uint8Array | undefined): Uint8Array {
  const expected = count * elements[type].bytes;
  if (bytes?.length === expected) return bytes;
  throw new WeightsError(
    `the PyTorch file is damaged: storage "${key}" has ${bytes?.length ?? 0} bytes, expected ${expected}`,
  );
}
