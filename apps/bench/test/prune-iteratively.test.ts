/** The iterative job on synthetic images: exact ratios, correct progress, and equal results from every checkpoint. */
import { criterionNames, criterionTable } from "@secateur/criteria";
import { createModel } from "@secateur/models";
import { beforeAll, describe, expect, it } from "vitest";
import { completeConfig } from "../src/compare/cifar10-config.ts";
import type { CompareConfig } from "../src/compare/config.ts";
import { encodeCheckpoint } from "../src/compare/jobs/checkpoint.ts";
import type { JobEvent, PruneJob } from "../src/compare/jobs/job.ts";
import { pruneIteratively } from "../src/compare/jobs/prune-iteratively.ts";
import { recipeFor } from "../src/compare/recipe.ts";
import { workLeft } from "../src/compare/work-left.ts";
import { cellsOf, collected, logged, workOf } from "./job-events.ts";
import { syntheticBatches } from "./synthetic-batches.ts";

const config: CompareConfig = completeConfig({
  iterative: true,
  criteria: ["taylor-gate"],
  ratios: [0.11, 0.5],
  frequency: 2,
  "per-removal": 8,
  finetune: 1,
  seeds: 1,
});
const baseline = { seed: 0, parameters: 121_182, macs: 2_333_648, accuracy: 0.1, loss: 2.3, top5: null };
const { batchSize } = recipeFor(config.model);
const units = 16 + 32 + 120 + 84;

const data = syntheticBatches(30, 20);

const jobOf = (changes: Partial<PruneJob>): PruneJob => {
  const model = createModel("lenet3");
  const network = encodeCheckpoint(model, { normalization: "cifar10" });
  model.dispose();
  return {
    kind: "prune",
    seed: 0,
    criterion: "taylor-gate",
    ratios: config.ratios,
    tests: [],
    network,
    classes: null,
    checkpoint: null,
    ...changes,
  };
};

async function run(changes: Partial<PruneJob> = {}, settings = config): Promise<readonly JobEvent[]> {
  const job = jobOf(changes);
  const name = criterionNames.find((each) => each === job.criterion);
  if (name === undefined) throw new Error(`no criterion ${job.criterion}`);
  const context = { config: settings, data, baseline };
  return collected(pruneIteratively(job, criterionTable[name](job.seed), context));
}

const filesOf = (events: readonly JobEvent[]): readonly Uint8Array[] =>
  events.flatMap((event) => (event.type === "file" ? [event.content] : []));
describe("pruneIteratively", () => {
  let whole: readonly JobEvent[] = [];
  beforeAll(async () => {
    whole = await run();
  });

  it("stops at exactly the requested share of units, and fine-tunes after the last ratio", () => {
    const cells = cellsOf(whole);
    const kept = cells.map(({ keptUnits }) => Object.values(keptUnits).reduce((n, each) => n + each.kept, 0));
    expect(kept).toEqual(config.ratios.map((ratio) => units - Math.round(ratio * units)));
    expect(cells.map(({ accuracyTuned }) => accuracyTuned === null)).toEqual([true, false]);
    expect(cells.map(({ lossPruned }) => Number.isFinite(lossPruned))).toEqual([true, true]);
    expect(cells.map(({ accuracyRepaired }) => accuracyRepaired)).toEqual([null, null]);
    expect(Object.keys(cells[0]?.plan.remove ?? {})).not.toEqual([]);
    for (const [group, later] of Object.entries(cells[1]?.plan.remove ?? {}))
      expect(later).toEqual(expect.arrayContaining([...(cells[0]?.plan.remove[group] ?? [])]));
  });

  it("does the predicted work", async () => {
    const predicted = (await workLeft({ config, log: { events: [] } }, data, 1)).pruning;
    const fineTuning = 3 * batchSize;
    expect(workOf(whole)).toBeCloseTo(predicted, 6);
    const afterFirst = logged(whole).filter((event) => event.type === "cell" && event.cell.ratio < 0.5);
    const left = (await workLeft({ config, log: { events: afterFirst } }, data, 1)).pruning;
    expect(left - fineTuning).toBeCloseTo((0.5 - 0.11) * (units / 8) * 2 * batchSize + (2 * 20) / 3, 6);
  });

  it("has the same results from every checkpoint", async () => {
    const files = filesOf(whole);
    expect(files).toHaveLength(3); // at each ratio, and after ten removals between them
    for (const [i, checkpoint] of files.entries()) {
      const isAtFirst = i === 0; // where the run was killed before it could log the first result
      const ratios = isAtFirst ? config.ratios : [0.5];
      const resumed = await run({ checkpoint, ratios });
      expect(cellsOf(resumed)).toEqual(cellsOf(whole).slice(isAtFirst ? 0 : 1));
    }
  });

  it("repairs after every removal, if asked, and continues the same from a checkpoint", async () => {
    const settings = { ...config, "repair-removals": true, finetune: 0 };
    const repaired = await run({}, settings);
    expect(cellsOf(repaired).map(({ lossPruned }) => lossPruned)).not.toEqual(
      cellsOf(whole).map(({ lossPruned }) => lossPruned),
    );
    const [checkpoint = null] = filesOf(repaired);
    expect(cellsOf(await run({ checkpoint }, settings))).toEqual(cellsOf(repaired));
  });

  it("starts again where the checkpoint is beyond a missing result", async () => {
    const resumed = await run({ checkpoint: filesOf(whole)[2] ?? null });
    expect(cellsOf(resumed)).toEqual(cellsOf(whole));
  });

  it("passes ratios that have a result, where the checkpoint is missing", async () => {
    const resumed = await run({ ratios: [0.5] });
    expect(cellsOf(resumed)).toEqual(cellsOf(whole).slice(1));
  });

  // LeNet3 has no batch normalisation for the others to look at.
  it.each(criterionNames.filter((name) => !name.startsWith("bn-")))(
    "provides what %s observes",
    async (criterion) => {
      const settings = { ...config, ratios: [0.05], finetune: 0 };
      const [cell] = cellsOf(await run({ criterion, ratios: [0.05] }, settings));
      expect(cell).toMatchObject({ criterion, ratio: 0.05 });
    },
  );

  it.each(["macs", "parameters"] as const)("meets a budget of %s", async (budget) => {
    const settings = { ...config, budget, ratios: [0.2], finetune: 0 };
    const [cell] = cellsOf(await run({ ratios: [0.2] }, settings));
    const left = (cell?.[budget] ?? 0) / baseline[budget];
    expect(left).toBeLessThanOrEqual(0.8);
    expect(left).toBeGreaterThan(0.7);
  });
});
