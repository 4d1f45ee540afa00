/** PyTorch checkpoints (.pt, .pth, .th), zip or legacy: the tensors of their state_dict. */
import { describeValue } from "@secateur/base";
import { WeightsError } from "../errors.ts";
import { looksLikePyTorchLegacy, readPyTorchLegacy } from "./pytorch-legacy.ts";
import { StorageView } from "./pytorch-pickle.ts";
import { readPyTorchZip, type StoredObject } from "./pytorch-zip.ts";
import { storageReader } from "./storage-reader.ts";
import { looksLikeZip } from "./stored-zip.ts";
import { decodeAll, type StoredTensor, type WeightTensor } from "./weight-tensor.ts";

/** Common keys of the state_dict in a checkpoint that also holds an epoch or an optimiser's state. */
const wrappers = ["state_dict", "model_state_dict", "model"] as const;

/** Checks the first bytes only. */
export function looksLikePyTorch(bytes: Uint8Array): boolean {
  return looksLikeZip(bytes) || looksLikePyTorchLegacy(bytes);
}

/**
 * The tensors of a state_dict by name, in float32 and PyTorch's layout. A checkpoint around the state_dict is unwrapped,
 * and the prefix `module.` of a `DataParallel` network is removed. Tied tensors share their data.
 *
 * Whatever the bytes are, the tensors take at most 16 bytes of memory per byte of the file, copies of strided storages
 * 16 more, and the pickle 256 MiB; time is linear in the file's size.
 *
 * @throws WeightsError
 *
 * @example const tensors = readPyTorch(await readFile("resnet20.th"));
 */
export function readPyTorch(bytes: Uint8Array): ReadonlyMap<string, WeightTensor> {
  return decodeAll(openPyTorch(bytes));
}

/** The tensors of a state_dict, not yet decoded. @throws WeightsError */
export function openPyTorch(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  const { value, storages } = readContainer(bytes);
  const read = storageReader(storages);
  const named = [...stateDictOf(value)].map(([key, view]): [string, StoredTensor] => {
    if (typeof key === "string" && view instanceof StorageView) return [key, read(key, view)];
    throw new WeightsError(
      `the PyTorch file contains no state_dict: its entry ${describeValue(key)} is not a tensor`,
    );
  });
  return withoutParallelPrefix(new Map(named));
}

/** `DataParallel` prefixes every name with `module.`. */
export function withoutParallelPrefix<T>(named: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const prefix = "module.";
  if (![...named.keys()].every((name) => name.startsWith(prefix))) return named;
  return new Map([...named].map(([name, value]) => [name.slice(prefix.length), value]));
}

function readContainer(bytes: Uint8Array): StoredObject {
  if (looksLikeZip(bytes)) return readPyTorchZip(bytes);
  if (looksLikePyTorchLegacy(bytes)) return readPyTorchLegacy(bytes);
  throw new WeightsError("not a PyTorch file: expected a zip archive or the legacy format");
}

function stateDictOf(value: unknown): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map))
    throw new WeightsError("the PyTorch file contains no state_dict: save model.state_dict(), not the model");
  for (const key of wrappers) {
    const inner: unknown = value.get(key);
    if (inner instanceof Map) return inner;
  }
  return value;
}
