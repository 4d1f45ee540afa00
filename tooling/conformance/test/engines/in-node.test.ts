/** Losses, gradients, scores and plans on the engines of Node, against PyTorch in double precision. */
import { useBackend } from "@secateur/backend";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, it } from "vitest";
import { engineNetworks } from "../../src/engines/engine-networks.ts";
import { expectNetwork, phaseOf } from "../../src/engines/expect-network.ts";
import { runNetwork } from "../../src/engines/run-network.ts";

let tested: string;
beforeAll(() => {
  tested = tf.getBackend();
});
afterEach(async () => {
  await tf.setBackend(tested);
});

describe.each(engineNetworks)("%s", (name) => {
  it("on the tested engine", async () => {
    expectNetwork(name, await runNetwork(name, phaseOf(name)));
  });

  it("on cpu", async () => {
    await useBackend("cpu");
    expectNetwork(name, await runNetwork(name, phaseOf(name)));
  });
});
