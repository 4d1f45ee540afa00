/**
 * PyTorch's format before 1.6: a pickled magic number, protocol, system and object, a pickled list of storage keys,
 * then, storage by storage, a u64 count of elements and the elements.
 */
import { WeightsError } from "../errors.ts";
import { elements } from "./element-type.ts";
import { readObject, type Storage, toCount } from "./pytorch-pickle.ts";
import type { StoredObject } from "./pytorch-zip.ts";

/** 0x1950a86a20f9469cfc6c, pickled with protocol 2: PROTO 2, LONG1, 10 bytes. */
const magic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19] as const;

export function looksLikePyTorchLegacy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/** Throws `WeightsError`. */
export function readPyTorchLegacy(bytes: Uint8Array): StoredObject {
  const protocol = readObject(bytes, readObject(bytes).end);
  if (toCount(protocol.value, "the protocol") !== 1001)
    throw new WeightsError(`The PyTorch file has protocol ${String(protocol.value)}, only 1001 is known`);
  const system = readObject(bytes, protocol.end);
  if (system.value instanceof Map && system.value.get("little_endian") === false)
    throw new WeightsError("The PyTorch file was written on a big-endian machine: save it again on another");
  const object = readObject(bytes, system.end);
  const keys = readObject(bytes, object.end);
  if (!Array.isArray(keys.value))
    throw new WeightsError("The PyTorch file is damaged: it lists no storage keys");
  return { value: object.value, storages: readStorages(bytes, keys.end, keys.value, object.storages) };
}

function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: readonly unknown[],
  storages: ReadonlyMap<string, Storage>,
): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Uint8Array>();
  let offset = start;
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (storage === undefined)
      throw new WeightsError(`The PyTorch file is damaged: no tensor uses its storage "${String(key)}"`);
    const begin = offset + 8;
    const end = begin + storage.count * elements[storage.type].bytes;
    if (end > bytes.length)
      throw new WeightsError(
        `The PyTorch file is truncated: it has ${bytes.length} bytes of at least ${end}`,
      );
    if (view.getBigUint64(offset, true) !== BigInt(storage.count))
      throw new WeightsError(`The PyTorch file is damaged: storage "${storage.key}" has two sizes`);
    found.set(storage.key, bytes.subarray(begin, end));
    offset = end;
  }
  return found;
}
