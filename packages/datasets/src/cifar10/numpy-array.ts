/** The part of numpy that CIFAR's Python batches use: uint8 arrays. */
import { encodeLatin1, type PickleGlobals, standardGlobals } from "@secateur/pickle";

export class NumpyBytes {
  shape: readonly number[] = [];
  data: Uint8Array = new Uint8Array();

  /** `ndarray.__setstate__((version, shape, dtype, is_fortran, data))` */
  setState(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5)
      throw new Error("an array's state must have five entries");
    const [, shape, type, columnMajor, data] = state as unknown[];
    this.fill(shape, type, columnMajor === true, data);
  }

  fill(shape: unknown, type: unknown, columnMajor: boolean, data: unknown): void {
    if (!(type instanceof NumpyType) || type.code !== "u1")
      throw new Error("only uint8 arrays are supported");
    if (columnMajor) throw new Error("only arrays in C order are supported");
    // Python 2 pickles raw data as a string.
    const bytes = typeof data === "string" ? encodeLatin1(data) : data;
    if (!(bytes instanceof Uint8Array) || !isShape(shape))
      throw new Error("an array has no data or no shape");
    if (bytes.length !== shape.reduce((product, size) => product * size, 1)) {
      throw new Error(`an array of shape [${shape.join(", ")}] has ${bytes.length} bytes`);
    }
    this.shape = shape;
    this.data = bytes;
  }
}

/** A `dtype`. Its state, the byte order, is irrelevant for single bytes. */
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

/** numpy 2 renamed `core` to `_core`; protocol 5 uses `_frombuffer`. */
export const numpyGlobals: PickleGlobals = {
  ...standardGlobals,
  "numpy.core.multiarray._reconstruct": empty,
  "numpy._core.multiarray._reconstruct": empty,
  "numpy.core.numeric._frombuffer": fromBuffer,
  "numpy._core.numeric._frombuffer": fromBuffer,
  "numpy.ndarray": empty,
  "numpy.dtype": (code) => new NumpyType(code),
};
