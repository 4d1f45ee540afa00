/** A compiled function gives what the function gives, on every engine; on the native one also as a graph. */
import { compiled as compiledAsIs, type TensorFunction } from "@secateur/backend/ops";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";

/** Slow enough at its first calls that a graph is worth the while soon. */
const compiled = (f: TensorFunction): TensorFunction => {
  let calls = 0;
  return compiledAsIs((inputs) => {
    const end = performance.now() + (calls++ < 3 ? 170 : 0);
    while (performance.now() < end);
    return f(inputs);
  });
};

const backend = (): Record<string, (...args: unknown[]) => unknown> =>
  tf.backend() as unknown as Record<string, (...args: unknown[]) => unknown>;

/** Calls `f` with fresh random inputs; tells how often `f` itself ran, and checks every result against `reference`. */
const callMany = (
  f: (inputs: readonly tf.Tensor[]) => tf.Tensor[],
  shapes: readonly number[][],
  calls: number,
): number => {
  let runs = 0;
  const fast = compiled((inputs) => {
    runs++;
    return f(inputs);
  });
  for (let call = 0; call < calls; call++) {
    const inputs = shapes.map((shape) => tf.randomNormal(shape, 0, 1, "float32", call + 1));
    const actual = [...fast(inputs)];
    const expected = tf.tidy(() => f(inputs));
    for (const [i, tensor] of expected.entries()) {
      expect(actual[i]).toBeAllClose(tensor, { rtol: 1e-4, atol: 1e-4 });
    }
    tf.dispose([actual, expected, inputs]);
  }
  return runs;
};

const pure = ([x, w]: readonly tf.Tensor[]): tf.Tensor[] => {
  const y = tf.relu(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"));
  return [
    tf.mean(y, [1, 2]),
    tf.maxPool(y as tf.Tensor4D, 2, 2, "valid"),
    tf.pad(
      y,
      [
        [0, 0],
        [1, 0],
        [0, 2],
        [0, 0],
      ],
      1,
    ),
  ];
};

describe("a pure function", () => {
  it("gives the same at every call", () => {
    callMany(
      pure,
      [
        [2, 6, 6, 3],
        [3, 3, 3, 4],
      ],
      8,
    );
  });

  it.runIf(process.env["SECATEUR_TEST_ENGINE"] === "tensorflow")(
    "runs as a graph after half a second",
    () => {
      expect(
        callMany(
          pure,
          [
            [2, 6, 6, 3],
            [3, 3, 3, 4],
          ],
          12,
        ),
      ).toBe(5);
    },
  );

  it("may hand on what it was given, and give one thing twice", () => {
    const f = compiled(([x]) => {
      const y = tf.add(x as tf.Tensor, 1);
      return [x as tf.Tensor, y, y];
    });
    for (let call = 0; call < 8; call++) {
      const x = tf.tensor1d([call, 2]);
      const outputs = f([x]);
      expect(outputs.map((tensor) => [...tensor.dataSync()])).toEqual([
        [call, 2],
        [call + 1, 3],
        [call + 1, 3],
      ]);
      expect([...x.dataSync()]).toEqual([call, 2]);
      tf.dispose([x, ...outputs]);
    }
  });

  it("may be called with inputs of other shapes", () => {
    const double = compiled(([x]) => [tf.mul(x as tf.Tensor, 2)]);
    for (let call = 0; call < 16; call++) {
      const x = tf.fill([1 + (call % 2)], call);
      const [y] = double([x]);
      expect(y).toBeAllClose(x.dataSync<"float32">().map((value) => 2 * value));
      tf.dispose([x, y as tf.Tensor]);
    }
  });
});

describe("what cannot be a graph goes on being called", () => {
  it("a function that uses random numbers gives new ones each time", () => {
    const noise = compiled(([x]) => [tf.add(x as tf.Tensor, tf.randomNormal([4]))]);
    const x = tf.zeros([4]);
    const seen = new Set<string>();
    for (let call = 0; call < 10; call++) {
      const [y] = noise([x]);
      seen.add(String(y?.dataSync()));
      y?.dispose();
    }
    expect(seen.size).toBe(10);
    x.dispose();
  });

  it("a function whose random numbers happen to be the same in several calls", () => {
    const { random } = Math;
    const noise = compiled(([x]) => [tf.add(x as tf.Tensor, tf.randomUniform([1]))]);
    const x = tf.zeros([1]);
    const results = Array.from({ length: 10 }, (_, call) => {
      Math.random = () => (call < 8 ? 0.25 : 0.75);
      try {
        return tf.tidy(() => noise([x])[0]?.dataSync()[0]);
      } finally {
        Math.random = random;
      }
    });
    expect(new Set(results.slice(0, 8)).size).toBe(1);
    expect(results[8]).not.toBe(results[0]);
    expect(results[9]).toBe(results[8]);
    x.dispose();
  });

  it("a function that uses a tensor it was not given sees that tensor change", () => {
    const state = tf.tidy(() => tf.variable(tf.scalar(0)));
    const f = compiled(([x]) => [tf.add(x as tf.Tensor, state)]);
    const x = tf.scalar(1);
    for (let call = 0; call < 10; call++) {
      const next = tf.scalar(call);
      state.assign(next);
      next.dispose();
      const [y] = f([x]);
      expect(y).toBeAllClose([1 + call]);
      y?.dispose();
    }
    tf.dispose([x, state]);
  });

  it("a function that counts its calls", () => {
    let calls = 0;
    const f = compiled(([x]) => [tf.mul(x as tf.Tensor, ++calls)]);
    const x = tf.scalar(1);
    for (let call = 1; call <= 10; call++) {
      const [y] = f([x]);
      expect(y).toBeAllClose([call]);
      y?.dispose();
    }
    x.dispose();
  });

  it("a function that reads a value to decide", () => {
    const f = compiled(([x]) => [
      ((x as tf.Tensor).dataSync()[0] ?? 0) > 0 ? tf.exp(x as tf.Tensor) : tf.neg(x as tf.Tensor),
    ]);
    for (let call = 0; call < 10; call++) {
      const x = tf.scalar(call % 2 === 0 ? 1 : -1);
      const [y] = f([x]);
      expect(y).toBeAllClose([call % 2 === 0 ? Math.E : 1]);
      tf.dispose([x, y as tf.Tensor]);
    }
  });

  it("inputs that share their values", () => {
    const f = compiled(([x, y]) => [tf.sub(x as tf.Tensor, tf.mul(y as tf.Tensor, 2))]);
    for (let call = 0; call < 10; call++) {
      const x = tf.scalar(call);
      const y = call < 8 ? tf.clone(x) : tf.scalar(1);
      const [z] = f([x, y]);
      expect(z).toBeAllClose([call < 8 ? -call : call - 2]);
      tf.dispose([x, y, z as tf.Tensor]);
    }
  });
});

it("an error of the function leaves the engine as it was", () => {
  const f = compiled(([x]) => {
    if ((x as tf.Tensor).size === 3) throw new Error("three");
    return [tf.neg(x as tf.Tensor)];
  });
  for (let call = 0; call < 8; call++) {
    const x = tf.zeros([3]);
    expect(() => f([x])).toThrow("three");
    x.dispose();
  }
  expect(Object.keys(backend()).filter((name) => name.startsWith("execute"))).toEqual([]);
});
