import { describe, expect, it } from "vitest";
import { coefficientNames } from "../src/oracle/coefficients.ts";
import { type CriterionCorrelations, correlate } from "../src/oracle/correlations.ts";
import { sampleOracle } from "./sample-oracle.ts";

const correlations = correlate(sampleOracle());

function of(name: string): CriterionCorrelations {
  const own = correlations.find((each) => each.name === name);
  if (own === undefined) throw new Error(`no correlations of ${name}`);
  return own;
}

const values = (name: string): Readonly<Record<string, number | null>> =>
  Object.fromEntries(coefficientNames.map((each) => [each, of(name).allUnits[each].value]));

describe("correlate", () => {
  it("has every applicable criterion, in order", () => {
    expect(correlations.map(({ name }) => name)).toEqual(["random", "taylor-gate", "obd-hutchinson", "mine"]);
  });

  it("squares of the changes have the oracle's order and its logarithmic line, but not its line", () => {
    const { spearman, kendall, logPearson, pearson } = values("taylor-gate");
    for (const one of [spearman, kendall, logPearson]) expect(one).toBeCloseTo(1, 12);
    // By hand in conv1: sizes (40, 10, 20, 5) / 100, squares (1600, 100, 400, 25) / 10000.
    const [sxy, sxx, syy] = [73_125 - 75 * 531.25, 2125 - 75 * 18.75, 2_730_625 - 2125 * 531.25];
    expect(of("taylor-gate").byGroup["conv1"]?.pearson).toBeCloseTo(sxy / Math.sqrt(sxx * syy), 12);
    expect(pearson).toBeLessThan(0.99);
  });

  it("scores with the changes' signs have the signed order, and lose the other", () => {
    const { spearman, signedSpearman, logPearson } = values("obd-hutchinson");
    expect(signedSpearman).toBeCloseTo(1, 12);
    expect(logPearson).toBeCloseTo(1, 12);
    expect(spearman).toBeLessThan(0.9);
    // In conv1 by hand: ranks 4, 3, 1, 2 against 4, 2, 3, 1; squared differences 0 + 1 + 4 + 1.
    expect(of("obd-hutchinson").byGroup["conv1"]?.spearman).toBeCloseTo(1 - (6 * 6) / (4 * 15), 12);
  });

  it("counts what it leaves out: small and constant groups, zeros, units without a number", () => {
    expect(of("taylor-gate").overGroups.spearman).toMatchObject({ groups: 2, leftOut: 1 });
    expect(of("taylor-gate").units).toEqual({ compared: 11, leftOut: 0, zeros: 1 });
    expect(of("mine").byGroup["conv1"]?.spearman).toBeNull();
    expect(of("mine").byGroup["fc1"]?.kendall).toBeNull();
    expect(of("mine").overGroups.spearman).toMatchObject({ groups: 1, leftOut: 2 });
    expect(of("mine").units).toEqual({ compared: 8, leftOut: 3, zeros: 1 });
  });

  it("the mean over groups is that of the groups that have one", () => {
    const { byGroup, overGroups } = of("obd-hutchinson");
    const each = [byGroup["conv1"]?.spearman, byGroup["conv2"]?.spearman].map(Number);
    expect(overGroups.spearman.mean).toBeCloseTo((Number(each[0]) + Number(each[1])) / 2, 12);
  });

  it("intervals hold the value, and follow from the seed", () => {
    for (const { allUnits } of correlations) {
      for (const name of coefficientNames) {
        const { value, interval } = allUnits[name];
        expect(Number(interval?.low)).toBeLessThanOrEqual(Number(value) + 1e-12);
        expect(Number(interval?.high)).toBeGreaterThanOrEqual(Number(value) - 1e-12);
      }
    }
    expect(correlate(sampleOracle())).toEqual(correlations);
    const { config } = sampleOracle();
    expect(correlate(sampleOracle({ config: { ...config, seed: 4 } }))).not.toEqual(correlations);
  });

  it("there is no correlation where no score is a number", () => {
    const criteria = [{ name: "broken", scores: { conv1: [Number.NaN] }, notes: [], secondsPerMinibatch: 1 }];
    const [own] = correlate(sampleOracle({ criteria }));
    expect(own?.allUnits.spearman).toEqual({ value: null, interval: null });
    expect(own?.overGroups.spearman).toEqual({ mean: null, groups: 0, leftOut: 3 });
  });
});
