/** The scores that the criteria of a run share: those of each criterion alone, from one pass over the images. */
import { type CriterionName, criterionTable, score } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { createModel } from "@secateur/models";
import { expect, it } from "vitest";
import { sharedScores } from "../src/compare/jobs/shared-scores.ts";
import { syntheticBatches } from "./synthetic-batches.ts";

it("reads the images once for all criteria of a seed, and gives each its own warnings", async () => {
  const { scoring } = syntheticBatches(20, 20);
  const names: readonly CriterionName[] = ["l2", "taylor-gate", "taylor-weight", "taylor-weight-group"];
  const graph = buildDependencyGraph(createModel("resnet20"));
  const network = { graph, normalization: "cifar10", classes: null } as const;
  let reads = 0;
  const counted: typeof scoring = (...args) => {
    reads++;
    return scoring(...args);
  };
  const scoresOf = sharedScores(new Map(names.map((name) => [name, criterionTable[name]])), {
    scoring: counted,
  });
  const found = await scoresOf(network, 0);
  expect(await scoresOf(network, 0)).toBe(found);
  expect(reads).toBe(1);
  for (const name of names) {
    const notes: string[] = [];
    const onWarning = (message: string): void => void notes.push(message);
    const alone = await score(graph.model, graph, criterionTable[name](0), scoring(0, "cifar10"), {
      onWarning,
    });
    expect(found.get(name)?.notes).toEqual(notes);
    if (notes.length > 0) continue; // meaningless scores are rounding errors
    for (const [id, values] of alone) {
      const atol = 1e-4 * Math.max(...values);
      expect(found.get(name)?.scores.get(id), `${name} ${id}`).toBeAllClose(values, { rtol: 1e-3, atol });
    }
  }
  expect(found.get("taylor-weight-group")?.notes).toHaveLength(1);
  await scoresOf(network, 1);
  expect(reads).toBe(2);
  disposeModel(graph.model);
});
