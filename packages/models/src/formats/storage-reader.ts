/**
 * Decodes the tensors of a PyTorch file, which are views of its storages. Views may share a storage (tied weights), so
 * a small file could ask for any amount of memory: the total is limited before anything is decoded, and no storage is
 * decoded twice.
 */
import { WeightsError } from "../errors.ts";
import { decodeElements, elements } from "./element-type.ts";
import type { StorageView } from "./pytorch-pickle.ts";
import { copyStrided, elementCount, rowMajorStrides, type StoredTensor } from "./weight-tensor.ts";

/** Elements of all tensors per byte of storage. A file of uint8 tensors without sharing needs 1. */
const maximumSharing = 4;

/** Returns a function that makes a tensor of a view. Equal views share their data. */
export function storageReader(
  storages: ReadonlyMap<string, Uint8Array>,
): (name: string, view: StorageView) => StoredTensor {
  let elementsLeft = maximumSharing * [...storages.values()].reduce((sum, { length }) => sum + length, 0);
  const decodedStorages = new Map<string, Float32Array>();
  const tensors = new Map<string, StoredTensor>();

  const wholeStorage = (key: string, bytes: Uint8Array, view: StorageView): Float32Array => {
    const decoded = decodedStorages.get(key) ?? decodeElements(bytes, view.storage.type);
    decodedStorages.set(key, decoded);
    return decoded;
  };

  return (name, view) => {
    const { storage, offset, shape, strides } = view;
    const bytes = storages.get(storage.key);
    if (bytes === undefined)
      throw new WeightsError(`the PyTorch file is damaged: the storage of "${name}" is missing`);
    const identity = JSON.stringify([storage.key, offset, shape, strides]);
    const known = tensors.get(identity);
    if (known !== undefined) return known;
    const count = elementCount(shape);
    elementsLeft -= count;
    if (elementsLeft < 0)
      throw new WeightsError(
        `the PyTorch file is damaged: its tensors have more than ${maximumSharing} elements per byte of storage`,
      );
    const size = elements[storage.type].bytes;
    const decode = (): Float32Array =>
      isContiguous(view)
        ? decodeElements(bytes.subarray(offset * size, (offset + count) * size), storage.type)
        : copyStrided(wholeStorage(storage.key, bytes, view), offset, shape, strides);
    const tensor = { shape, decode: once(decode) };
    tensors.set(identity, tensor);
    return tensor;
  };
}

function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}

function isContiguous({ shape, strides }: StorageView): boolean {
  return rowMajorStrides(shape).every((stride, axis) => shape[axis] === 1 || strides[axis] === stride);
}
