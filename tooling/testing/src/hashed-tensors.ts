/** Weights by the formula of tooling/pytorch-check/hashed.py, for comparisons with PyTorch of large networks. */

interface NamedShape {
  /** PyTorch's. */
  readonly name: string;
  /** PyTorch's. */
  readonly shape: readonly number[];
}

interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors of the given names and shapes, in PyTorch's order of values. */
export function hashedTensors(shapes: readonly NamedShape[]): Map<string, Tensor> {
  const named = shapes.map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const scale = shape.length > 1 ? Math.sqrt(6 / (data.length / (shape[0] ?? 1))) : 1;
    for (let i = 0; i < data.length; i++) data[i] = scale * hashed(i + name.length);
    if (shape.length === 1) data.set(data.map(vectorRule(name)));
    return [name, { shape, data }] as const;
  });
  return new Map(named);
}

function vectorRule(name: string): (s: number) => number {
  if (name.endsWith("weight")) return (s) => 1 + s / 10;
  return name.endsWith("running_var") ? (s) => 1 + (s * s) / 2 : (s) => s / 10;
}

/** Uniform in [-1, 1). */
export function hashed(i: number): number {
  let h = Math.imul(i, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h ^= h >>> 13;
  return (h >>> 0) / 2 ** 31 - 1;
}
