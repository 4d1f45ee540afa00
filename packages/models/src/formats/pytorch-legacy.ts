/**
 * PyTorch's format before 1.6: pickles of a magic number, protocol, system info, object and list of storage keys; then,
 * for every storage, a u64 element count and the elements.
 */
import { describeValue } from "@secateur/base";
import { WeightsError } from "../errors.ts";
import { elements } from "./element-type.ts";
import { readObject, type Storage, toCount } from "./pytorch-pickle.ts";
import type { StoredObject } from "./pytorch-zip.ts";

/** 0x1950a86a20f9469cfc6c, pickled with protocol 2: PROTO 2, LONG1, 10 bytes. */
const magic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19] as const;

export function looksLikePyTorchLegacy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/** @throws WeightsError */
export function readPyTorchLegacy(bytes: Uint8Array): StoredObject {
  const protocol = readObject(bytes, readObject(bytes).end);
  if (toCount(protocol.value, "the protocol") !== 1001)
    throw new WeightsError(`the PyTorch file has protocol ${describeValue(protocol.value)}; expected 1001`);
  const system = readObject(bytes, protocol.end);
  if (system.value instanceof Map && system.value.get("little_endian") === false)
    throw new WeightsError("the PyTorch file is big-endian: save it again on a little-endian machine");
  const object = readObject(bytes, system.end);
  const keys = readObject(bytes, object.end);
  if (!Array.isArray(keys.value))
    throw new WeightsError("the PyTorch file is damaged: it lists no storage keys");
  return { value: object.value, storages: readStorages(bytes, keys.end, keys.value, object.storages) };
}

function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: readonly unknown[],
  storages: ReadonlyMap<string, Storage>,
): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storageBytes = new Map<string, Uint8Array>();
  let offset = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined)
      throw new WeightsError(`the PyTorch file is damaged: no tensor uses its storage ${describeValue(key)}`);
    const begin = offset + 8;
    const end = begin + storage.count * elements[storage.type].bytes;
    if (end > bytes.length)
      throw new WeightsError(
        `the PyTorch file is truncated: expected at least ${end} bytes, got ${bytes.length}`,
      );
    if (view.getBigUint64(offset, true) !== BigInt(storage.count))
      throw new WeightsError(`the PyTorch file is damaged: the sizes of storage "${storage.key}" differ`);
    storageBytes.set(storage.key, bytes.subarray(begin, end));
    offset = end;
  }
  return storageBytes;
}
