/** The gradients of pooling on the cpu backend and on the tested engine, against the definition in double precision. */

import { useBackend } from "@secateur/backend";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { poolingGradient, poolings } from "../../src/engines/pooling-reference.ts";
import { runPooling } from "../../src/engines/run-pooling.ts";

let tested: string;
beforeAll(() => {
  tested = tf.getBackend();
});
afterEach(async () => {
  await tf.setBackend(tested);
});

describe.each(poolings)("$kind pooling of $sizes, window $window, stride $stride, pad $pad", (pooling) => {
  it("on cpu", async () => {
    await useBackend("cpu");
    expect(await runPooling(pooling)).toBeAllClose(poolingGradient(pooling), { rtol: 1e-5, atol: 1e-5 });
  });

  it("on the tested engine", async () => {
    expect(await runPooling(pooling)).toBeAllClose(poolingGradient(pooling), { rtol: 1e-5, atol: 1e-5 });
  });
});
