/**
 * Reads HDF5 files with h5wasm, which is loaded on first use. It runs in memory of its own, without access to the disk, so
 * that links to other files lead nowhere.
 */

import { isSecateurError } from "@secateur/base";
import type { Dataset, Group, File as Hdf5File } from "h5wasm";
import { ModelFileError } from "../errors.ts";

export type { Group as Hdf5Group } from "h5wasm";

export interface Hdf5Array {
  readonly shape: readonly number[];
  /** As float32, in the order of the rows. */
  read(): Float32Array<ArrayBuffer>;
}

let opened = 0;

/**
 * Opens the file for the time of `work`, which is synchronous.
 *
 * @throws ModelFileError for a damaged file. h5wasm never returns from some of them.
 */
export async function withHdf5<T>(bytes: Uint8Array, name: string, work: (file: Group) => T): Promise<T> {
  const { default: h5wasm, File } = await import("h5wasm");
  const {
    FS,
    activate_throwing_error_handler: throwErrors,
    deactivate_throwing_error_handler: printErrors,
  } = await h5wasm.ready;
  const path = `model-${opened++}.h5`;
  FS.writeFile(path, bytes);
  let file: Hdf5File | undefined;
  throwErrors();
  try {
    file = new File(path, "r");
    return work(file);
  } catch (cause) {
    if (isSecateurError(cause)) throw cause;
    throw new ModelFileError(`"${name}" is a truncated or damaged HDF5 file: copy or download it again`, {
      cause,
    });
  } finally {
    printErrors();
    file?.close();
    FS.unlink(path);
  }
}

export function subgroup(group: Group | undefined, path: string): Group | undefined {
  const found = group?.get(path);
  return found !== undefined && found !== null && "keys" in found ? (found as Group) : undefined;
}

export function textAttribute(group: Group, name: string): string | undefined {
  const value = group.attrs[name]?.value;
  return typeof value === "string" ? value : undefined;
}

/** Keras cuts lists beyond 64 kB into `name0`, `name1`, ... */
export function namesAttribute(group: Group, name: string): readonly string[] {
  const texts = (key: string): readonly string[] => {
    const value = group.attrs[key]?.value;
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
  };
  const parts = [...texts(name)];
  for (let i = 0; `${name}${i}` in group.attrs; i++) parts.push(...texts(`${name}${i}`));
  return parts;
}

/** @throws ModelFileError if there is no dataset at that path. */
export function arrayAt(group: Group, path: string): Hdf5Array {
  const dataset = group.get(path);
  if (dataset === null || !("shape" in dataset) || dataset.shape === null)
    throw new ModelFileError(
      `the file lists the weight "${path}" and lacks its values: it is truncated or damaged`,
    );
  return { shape: dataset.shape, read: () => valuesOf(dataset as Dataset, path) };
}

function valuesOf(dataset: Dataset, path: string): Float32Array<ArrayBuffer> {
  const { value } = dataset;
  if (value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array)
    return new Float32Array(value);
  throw new ModelFileError(`the weight "${path}" has the type ${dataset.dtype}, expected float32 or float64`);
}
