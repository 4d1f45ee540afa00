/** The refit after a removal: when it runs, what it reads, and that a loop with it continues from a checkpoint. */
import { criteria } from "@secateur/criteria";
import { cloneModel, disposeModel } from "@secateur/model-graph";
import { applyPlan } from "@secateur/surgery";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { type PruneLoopOptions, type PruneState, prune, pruneOnce } from "../src/index.ts";
import { collect, data, last, make, network, schedule, values } from "./small-loop.ts";

const once = { criterion: criteria.taylorGate(), data: () => data(0), budget: { units: 0.3 } } as const;

const outputs = (model: tfl.LayersModel): Float32Array =>
  tf.tidy(() =>
    (model.predict(tf.randomNormal([8, 6, 6, 2], 0, 1, "float32", 5)) as tf.Tensor).dataSync<"float32">(),
  );

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, i) => value - Number(b[i])));

describe("pruneOnce", () => {
  it("refits what remains by default, and brings the outputs closer to the original's", async () => {
    const model = network();
    const { model: refitted, compensation, plan, left, original } = await pruneOnce(model, once);
    const plain = applyPlan(model, plan);
    expect(compensation).toMatchObject({ samples: 160, isReverted: false });
    expect(Number(compensation?.after)).toBeLessThan(0.5 * Number(compensation?.before));
    expect(distance(outputs(refitted), outputs(model))).toBeLessThan(
      distance(outputs(plain), outputs(model)),
    );
    expect(left.parameters).toBeLessThan(original.parameters);
    for (const each of [model, refitted, plain]) disposeModel(each);
  });

  it("removes and does nothing else with compensate: false, or without data", async () => {
    const model = network();
    const options = [
      { ...once, compensate: false },
      { criterion: criteria.l1(), budget: once.budget },
    ];
    for (const each of options) {
      const { model: smaller, plan, compensation } = await pruneOnce(model, each);
      const plain = applyPlan(model, plan);
      expect(compensation).toBeNull();
      expect(values(smaller)).toEqual(values(plain));
      disposeModel(smaller);
      disposeModel(plain);
    }
    disposeModel(model);
  });

  it("takes the settings of the refit, and refuses those that it does not know", async () => {
    const model = network();
    const compensate = { samples: 20, methods: ["output-scale"], positions: 4 } as const;
    const { model: smaller, compensation } = await pruneOnce(model, { ...once, compensate });
    expect(compensation).toMatchObject({ samples: 20, methods: [{ method: "output-scale" }] });
    const before = tf.memory().numTensors;
    const misspelled = { sample: 20 } as object;
    await expect(pruneOnce(model, { ...once, compensate: misspelled })).rejects.toThrow(
      'compensate has no field "sample"',
    );
    await expect(pruneOnce(model, { ...once, compensate: "yes" as never })).rejects.toThrow(
      "compensate must be true, false or an object",
    );
    await expect(pruneOnce(model, { ...once, compensate: { ridge: -1 } })).rejects.toThrow(
      "ridge must be a number",
    );
    expect(tf.memory().numTensors).toBe(before);
    disposeModel(model);
    disposeModel(smaller);
  });
});

describe("the loop", () => {
  const options: PruneLoopOptions = { ...once, data, schedule, compensate: { samples: 48 } };

  it("refits after every removal, and continues from a checkpoint to the same model", async () => {
    const model = network();
    const optimizer = make();
    const checkpoints: { state: PruneState; model: tfl.LayersModel; optimizer: Record<string, tf.Tensor> }[] =
      [];
    const events = [];
    for await (const event of prune(model, { ...options, optimizer })) {
      events.push(event);
      if (event.type === "removal" && checkpoints.length === 0)
        checkpoints.push({
          state: event.state,
          model: cloneModel(event.model),
          optimizer: optimizer.state(),
        });
    }
    const removals = events.filter((event) => event.type === "removal");
    expect(removals.length).toBeGreaterThan(1);
    for (const { compensation } of removals) expect(compensation).toMatchObject({ samples: 48 });
    const expected = last(events);
    const [checkpoint] = checkpoints;
    if (checkpoint === undefined) throw new Error("a removal expected");
    const second = make();
    await second.restore(checkpoint.optimizer);
    const resume = { state: checkpoint.state, model: checkpoint.model };
    const resumed = last(await collect(prune(model, { ...options, optimizer: second, resume })));
    expect(values(resumed.model)).toEqual(values(expected.model));
    for (const each of [model, expected.model, resumed.model, checkpoint.model]) disposeModel(each);
    tf.dispose(checkpoint.optimizer);
    optimizer.dispose();
    second.dispose();
  });
});
