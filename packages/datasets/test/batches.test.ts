import { createRandom, randomFromState } from "@secateur/base";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Augmentation,
  type Batch,
  type BatchOptions,
  batches,
  cropAndFlip,
  DatasetOptionError,
  type ImageSet,
  prefetch,
} from "../src/index.ts";

/** Every byte of image i is i. */
function numbered(count: number, shape: readonly [number, number, number] = [2, 2, 3]): ImageSet {
  const size = shape[0] * shape[1] * shape[2];
  const images = Uint8Array.from({ length: count * size }, (_, k) => Math.floor(k / size));
  return { images, labels: Int32Array.from({ length: count }, (_, i) => i * 2), count, shape };
}

/** Keeps bytes 0..255. */
const plain = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };

async function collect(
  items: AsyncIterable<Batch>,
): Promise<{ xs: number[][]; ys: number[][]; shapes: number[][] }> {
  const all: { xs: number[][]; ys: number[][]; shapes: number[][] } = { xs: [], ys: [], shapes: [] };
  for await (const { xs, ys } of items) {
    all.xs.push([...xs.dataSync()]);
    all.ys.push([...ys.dataSync()]);
    all.shapes.push(xs.shape);
    expect([xs.dtype, ys.dtype]).toEqual(["float32", "int32"]);
    tf.dispose([xs, ys]);
  }
  return all;
}

const labelsOf = async (set: ImageSet, options: Partial<BatchOptions>): Promise<number[]> =>
  (await collect(batches(set, { batchSize: 4, normalize: plain, ...options }))).ys.flat();

describe("batches", () => {
  it("contain images with their labels; the last one is smaller", async () => {
    const { xs, ys, shapes } = await collect(batches(numbered(7), { batchSize: 3, normalize: plain }));
    expect(shapes).toEqual([
      [3, 2, 2, 3],
      [3, 2, 2, 3],
      [1, 2, 2, 3],
    ]);
    expect(ys).toEqual([[0, 2, 4], [6, 8, 10], [12]]);
    expect(xs[1]?.map(Math.round)).toEqual([
      ...Array(12).fill(3),
      ...Array(12).fill(4),
      ...Array(12).fill(5),
    ]);
  });

  it("go on in the middle of an epoch as if they had not stopped", async () => {
    const options = {
      shuffle: true,
      epoch: 3,
      augment: cropAndFlip({ padding: 1 }),
      dropLast: true,
    } as const;
    const whole = await collect(batches(numbered(11), { batchSize: 3, normalize: plain, ...options }));
    const rest = await collect(
      batches(numbered(11), { batchSize: 3, normalize: plain, ...options, skip: 6 }),
    );
    expect(rest).toEqual({ xs: whole.xs.slice(2), ys: whole.ys.slice(2), shapes: whole.shapes.slice(2) });
    expect(await labelsOf(numbered(11), { ...options, skip: 12 })).toEqual([]);
    expect(() => batches(numbered(11), { batchSize: 3, normalize: plain, skip: -1 })).toThrow(/skip is -1/);
  });

  it("subtract the mean and divide by the deviation of each channel", async () => {
    const set: ImageSet = {
      images: Uint8Array.of(0, 255, 51),
      labels: new Uint8Array(1),
      count: 1,
      shape: [1, 1, 3],
    };
    const normalize = { mean: [0.5, 0.5, 0.1], std: [0.5, 0.25, 0.2] };
    const { xs } = await collect(batches(set, { batchSize: 1, normalize }));
    for (const [i, value] of [-1, 2, 0.5].entries()) expect(xs[0]?.[i]).toBeCloseTo(value, 6);
  });

  it("are ordered by seed and epoch", async () => {
    const set = numbered(50);
    const order = await labelsOf(set, { shuffle: true, seed: 1, epoch: 3 });
    expect(await labelsOf(set, { shuffle: true, seed: 1, epoch: 3 })).toEqual(order);
    expect(await labelsOf(set, { shuffle: true, seed: 1, epoch: 4 })).not.toEqual(order);
    expect(await labelsOf(set, { shuffle: true, seed: 2, epoch: 3 })).not.toEqual(order);
    expect([...order].sort((a, b) => a - b)).toEqual(await labelsOf(set, {}));
  });

  it("can be iterated twice with the same result", async () => {
    const epoch = batches(numbered(9, [6, 6, 3]), {
      batchSize: 4,
      normalize: plain,
      shuffle: true,
      augment: cropAndFlip(),
    });
    expect(await collect(epoch)).toEqual(await collect(epoch));
  });

  it("respect limit and dropLast", async () => {
    expect(await labelsOf(numbered(10), { limit: 5 })).toEqual([0, 2, 4, 6, 8]);
    expect(await labelsOf(numbered(10), { dropLast: true })).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
    expect(await labelsOf(numbered(3), { limit: 99 })).toEqual([0, 2, 4]);
  });

  it("reject invalid sizes", () => {
    const set = numbered(3);
    for (const options of [{ batchSize: 0 }, { batchSize: 1.5 }, { batchSize: 1, limit: 0 }]) {
      expect(() => batches(set, { normalize: plain, ...options })).toThrow(DatasetOptionError);
    }
    expect(() => batches(set, { batchSize: 1, normalize: { mean: [0], std: [1] } })).toThrow(/3 channels/);
    expect(() => batches(set, { batchSize: 1, normalize: { mean: [0, 0, 0], std: [1, 0, 1] } })).toThrow(
      /1, 0, 1/,
    );
    expect(() => cropAndFlip({ padding: -1 })).toThrow(DatasetOptionError);
  });

  it("augment an image the same way for every batch size", async () => {
    const set = numbered(8, [6, 6, 3]);
    const options = { normalize: plain, augment: cropAndFlip({ padding: 2 }), seed: 5 };
    const whole = await collect(batches(set, { ...options, batchSize: 8 }));
    const single = await collect(batches(set, { ...options, batchSize: 1 }));
    expect(single.xs.flat()).toEqual(whole.xs.flat());
  });

  it("accept a user-defined augmentation", async () => {
    const negative: Augmentation = {
      name: "negative",
      apply: (source, target) => {
        for (let i = 0; i < source.length; i++) target[i] = 255 - (source[i] ?? 0);
      },
    };
    const { xs } = await collect(batches(numbered(2), { batchSize: 2, normalize: plain, augment: negative }));
    expect(xs[0]?.map(Math.round)).toEqual([...Array(12).fill(255), ...Array(12).fill(254)]);
  });
});

describe("cropAndFlip", () => {
  it("yields exactly the windows of the padded image, mirrored or not", () => {
    const shape = [5, 4, 2] as const;
    const source = Uint8Array.from({ length: 40 }, (_, i) => i + 1);
    const at = (row: number, column: number, channel: number): number =>
      row < 0 || row >= 5 || column < 0 || column >= 4 ? 0 : (source[(row * 4 + column) * 2 + channel] ?? 0);
    const windows = new Map<string, string>();
    for (let top = -2; top <= 2; top++) {
      for (let left = -2; left <= 2; left++) {
        for (const mirrored of [false, true]) {
          const pixels: number[] = [];
          for (let r = 0; r < 5; r++) {
            for (let c = 0; c < 4; c++) {
              for (let k = 0; k < 2; k++) pixels.push(at(r + top, (mirrored ? 3 - c : c) + left, k));
            }
          }
          windows.set(pixels.join(), `${top} ${left} ${mirrored}`);
        }
      }
    }
    expect(windows.size).toBe(50);
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const target = new Uint8Array(40).fill(99);
      cropAndFlip({ padding: 2 }).apply(source, target, shape, createRandom(i));
      const which = windows.get(target.join());
      expect(which).toBeDefined();
      if (which) seen.add(which);
    }
    expect(seen.size).toBe(50);
  });

  it("only mirrors with padding 0", () => {
    const source = Uint8Array.of(1, 2, 3);
    const results = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const target = new Uint8Array(3);
      cropAndFlip({ padding: 0 }).apply(source, target, [1, 3, 1], createRandom(i));
      results.add(target.join());
    }
    expect(results).toEqual(new Set(["1,2,3", "3,2,1"]));
  });
});

describe("prefetch", () => {
  it("yields the same items in the same order", async () => {
    const set = numbered(10);
    const options = { batchSize: 3, normalize: plain };
    for (const count of [0, 1, 2, 50]) {
      expect(await collect(prefetch(batches(set, options), count))).toEqual(
        await collect(batches(set, options)),
      );
    }
  });

  it("disposes items that were not yielded when the loop ends early", async () => {
    const before = tf.memory().numTensors;
    for await (const batch of prefetch(batches(numbered(20), { batchSize: 2, normalize: plain }), 4)) {
      tf.dispose([batch.xs, batch.ys]);
      break;
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it("throws an error after the items before it", async () => {
    async function* failing(): AsyncGenerator<{ n: number }> {
      yield { n: 1 };
      throw new Error("broken");
    }
    const seen: number[] = [];
    const run = async () => {
      for await (const { n } of prefetch(failing(), 3)) seen.push(n);
    };
    await expect(run()).rejects.toThrow("broken");
    expect(seen).toEqual([1]);
  });
});

describe("createRandom", () => {
  it("gives the reference sequence of xoshiro128**", () => {
    const random = randomFromState([1, 2, 3, 4]);
    const reference = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849];
    expect(reference.map(() => random.uint32())).toEqual(reference);
  });

  it("never changes what a seed means", () => {
    const random = createRandom(1, 2, 3);
    expect([random.uint32(), random.uint32(), random.uint32()]).toMatchInlineSnapshot(`
      [
        1985503647,
        2141049501,
        1171338474,
      ]
    `);
  });

  it("keeps within its bounds, evenly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(), (bound, seed) => {
        const n = createRandom(seed).below(bound);
        return Number.isInteger(n) && n >= 0 && n < bound;
      }),
    );
    const random = createRandom(3);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const n = random.below(10);
      counts[n] = (counts[n] ?? 0) + 1;
    }
    for (const n of counts) expect(Math.abs(n - 10_000)).toBeLessThan(500);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 100_000; i++) {
      const x = random.normal();
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / 100_000)).toBeLessThan(0.02);
    expect(squares / 100_000).toBeCloseTo(1, 1);
  });

  it("differs for keys that are near", () => {
    const first = new Set<number>();
    for (let seed = 0; seed < 30; seed++)
      for (let epoch = 0; epoch < 30; epoch++) first.add(createRandom(seed, epoch).uint32());
    expect(first.size).toBe(900);
    expect(createRandom(1).uint32()).not.toBe(createRandom(1 + 2 ** 40).uint32());
  });
});
