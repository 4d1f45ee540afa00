/** A short version of `drill:architectures` with a new seed every time. */
import { expect, it } from "vitest";
import { checkNetwork, networkSamples } from "../src/architecture-drill.ts";

it("the same seed gives the same networks, whatever their number", () => {
  expect(networkSamples(7, 3)).toEqual(networkSamples(7, 5).slice(0, 3));
  expect(networkSamples(8, 3)).not.toEqual(networkSamples(7, 3));
});

it("removing equals silencing", async () => {
  const seed = Date.now() % 2 ** 31;
  let removed = 0;
  for (const [index, network] of networkSamples(seed, 20).entries()) {
    const check = checkNetwork(network).then(({ removedUnits }) => removedUnits);
    await expect(check, `--seed ${seed} --only ${index}`).resolves.toBeGreaterThanOrEqual(0);
    removed += await check;
  }
  expect(removed).toBeGreaterThan(0);
});
