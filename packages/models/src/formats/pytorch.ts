/** PyTorch checkpoints (.pt, .pth, .th) of both formats: the tensors of the state_dict inside. */
import { WeightsError } from "../errors.ts";
import { decodeElements, elements } from "./element-type.ts";
import { looksLikePyTorchLegacy, readPyTorchLegacy } from "./pytorch-legacy.ts";
import { StorageView } from "./pytorch-pickle.ts";
import { looksLikeZip, readPyTorchZip, type StoredObject } from "./pytorch-zip.ts";
import { copyStrided, elementCount, rowMajorStrides, type WeightTensor } from "./weight-tensor.ts";

/** Under which a checkpoint keeps its state_dict, among an epoch number, an optimiser's state and the like. */
const wrappers = ["state_dict", "model_state_dict", "model"] as const;

/** Whether the bytes begin as such a file does; the rest may still be wrong. */
export function looksLikePyTorch(bytes: Uint8Array): boolean {
  return looksLikeZip(bytes) || looksLikePyTorchLegacy(bytes);
}

/**
 * A state_dict's tensors by name, in float32 and PyTorch's layout. A checkpoint around the state_dict is unwrapped, and
 * the `module.` of a network trained in `DataParallel` is taken off. Throws `WeightsError`.
 */
export function readPyTorch(bytes: Uint8Array): ReadonlyMap<string, WeightTensor> {
  const object = readContainer(bytes);
  const entries = [...stateDictOf(object.value)].map(([key, value]): [string, StorageView] => {
    if (typeof key === "string" && value instanceof StorageView) return [key, value];
    throw new WeightsError(`The PyTorch file holds no state_dict: "${String(key)}" in it is not a tensor`);
  });
  const named = entries.map(([key, view]): [string, WeightTensor] => {
    const bytesOf = object.storages.get(view.storage.key);
    if (bytesOf === undefined)
      throw new WeightsError(`The PyTorch file is damaged: the storage of "${key}" is not in it`);
    return [key, readView(view, bytesOf)];
  });
  return withoutParallelPrefix(new Map(named));
}

/** `DataParallel` puts `module.` before every name. */
export function withoutParallelPrefix<T>(named: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const prefix = "module.";
  if (![...named.keys()].every((name) => name.startsWith(prefix))) return named;
  return new Map([...named].map(([name, value]) => [name.slice(prefix.length), value]));
}

function readContainer(bytes: Uint8Array): StoredObject {
  if (looksLikeZip(bytes)) return readPyTorchZip(bytes);
  if (looksLikePyTorchLegacy(bytes)) return readPyTorchLegacy(bytes);
  throw new WeightsError("Not a PyTorch file: it begins neither as a zip nor as the older format does");
}

function stateDictOf(value: unknown): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map))
    throw new WeightsError("The PyTorch file holds no state_dict: save model.state_dict(), not the model");
  for (const key of wrappers) {
    const inner: unknown = value.get(key);
    if (inner instanceof Map) return inner;
  }
  return value;
}

function readView({ storage, offset, shape, strides }: StorageView, bytes: Uint8Array): WeightTensor {
  const size = elements[storage.type].bytes;
  const contiguous = rowMajorStrides(shape).every(
    (stride, axis) => shape[axis] === 1 || strides[axis] === stride,
  );
  if (contiguous) {
    const range = bytes.subarray(offset * size, (offset + elementCount(shape)) * size);
    return { shape, data: decodeElements(range, storage.type) };
  }
  return { shape, data: copyStrided(decodeElements(bytes, storage.type), offset, shape, strides) };
}
