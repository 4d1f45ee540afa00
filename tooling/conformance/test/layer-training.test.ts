/** A training step and scores on every layer class. */
import "@tensorflow/tfjs-backend-cpu";
import { randomizeWeights } from "@repo/testing/random-architecture";
import { supportedLayers } from "@secateur/dependency-graph";
import { disposeModel, trainableWeights } from "@secateur/model-graph";
import { lossAndGradients, meanSquaredError } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { buildLayerNetwork, layerNetworks } from "./layer-networks.ts";

it("sweep", async () => {
  for (const name of supportedLayers)
    for (const [n, net] of (layerNetworks[name] ?? []).entries()) {
      const model = buildLayerNetwork(net);
      randomizeWeights(model, 3);
      const run = () =>
        tf.tidy(() => {
          const xs = tf.randomNormal([2, ...(net.inputShape ?? [6, 5, 2])], 0, 1, "float32", 4);
          const ys = tf.ones([2, 3]);
          const { loss, gradients, gates } = lossAndGradients(
            model,
            { xs, ys },
            { loss: meanSquaredError(), mode: "eval" },
          );
          const out: Record<string, number[]> = {};
          for (const [k, v] of Object.entries(gradients)) out[k] = Array.from((v as tf.Tensor).dataSync());
          return out;
        });
      try {
        const a = run();
        await tf.setBackend("cpu");
        const c = run();
        await tf.setBackend("wasm");
        for (const k of trainableWeights(model).keys()) {
          const scale = Math.max(...(c[k] ?? []).map(Math.abs), 1e-6);
          const d = Math.max(...(c[k] ?? []).map((v, i) => Math.abs(v - Number(a[k]?.[i])))) / scale;
          if (!(d < 1e-3)) console.log("WRONG", name, n, k, d, scale);
        }
      } catch (e) {
        console.log(tf.getBackend(), name, n, (e as Error).message.slice(0, 200));
        await tf.setBackend("wasm");
      }
      disposeModel(model);
    }
  expect(1).toBe(1);
}, 100000);
