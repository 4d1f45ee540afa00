/** As much of numpy as CIFAR's Python batches name: arrays of bytes. */
import { encodeLatin1, type PickleGlobals, standardGlobals } from "@secateur/pickle";

export class NumpyBytes {
  shape: readonly number[] = [];
  data: Uint8Array = new Uint8Array();

  /** `ndarray.__setstate__`: version, shape, type, Fortran order, raw data. */
  setState(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5) throw new Error("an array's state has five parts");
    const [, shape, type, columnMajor, data] = state as unknown[];
    this.fill(shape, type, columnMajor === true, data);
  }

  fill(shape: unknown, type: unknown, columnMajor: boolean, data: unknown): void {
    if (!(type instanceof NumpyType) || type.code !== "u1") throw new Error("only arrays of uint8 are read");
    if (columnMajor) throw new Error("only arrays in C order are read");
    // Python 2 wrote raw data as text.
    const bytes = typeof data === "string" ? encodeLatin1(data) : data;
    if (!(bytes instanceof Uint8Array) || !isShape(shape)) throw new Error("an array without its data");
    if (bytes.length !== shape.reduce((product, size) => product * size, 1)) {
      throw new Error(`${bytes.length} bytes for an array of [${shape.join(", ")}]`);
    }
    this.shape = shape;
    this.data = bytes;
  }
}

/** A `dtype`; its byte order, the only state it is given, does not matter to single bytes. */
class NumpyType {
  readonly code: unknown;

  constructor(code: unknown) {
    this.code = code;
  }
}

const isShape = (shape: unknown): shape is number[] =>
  Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);

const empty = (): NumpyBytes => new NumpyBytes();

function fromBuffer(data: unknown, type: unknown, shape: unknown, order: unknown): NumpyBytes {
  const array = new NumpyBytes();
  array.fill(shape, type, order === "F", data);
  return array;
}

/** numpy renamed its `core` to `_core` in version 2; protocol 5 has a way of its own. */
export const numpyGlobals: PickleGlobals = {
  ...standardGlobals,
  "numpy.core.multiarray._reconstruct": empty,
  "numpy._core.multiarray._reconstruct": empty,
  "numpy.core.numeric._frombuffer": fromBuffer,
  "numpy._core.numeric._frombuffer": fromBuffer,
  "numpy.ndarray": empty,
  "numpy.dtype": (code) => new NumpyType(code),
};
