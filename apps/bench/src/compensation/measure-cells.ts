/** Removes, refits and tests every cell. Cells in the log are not measured again. */
import { compensate, swapUnits } from "@secateur/compensation";
import type { Scores } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import { countMacs } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { residualObd, selectByTrial, selectUnits } from "@secateur/pruner";
import { applyPlan, type Plan } from "@secateur/surgery";
import { eventsOf } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import { type CellKey, type Choice, cellsOf, keyOf } from "./cells.ts";
import type { StudyImages } from "./images.ts";
import type { ScoresOf, StudyContext } from "./measure-scores.ts";
import type { MeasuredCell } from "./measurements.ts";
import { hasWord, methodsIn, residual, swap, trials } from "./methods.ts";

export async function measureCells(
  context: StudyContext,
  choices: readonly Choice[],
  scoresOf: ScoresOf,
): Promise<readonly MeasuredCell[]> {
  const { run, progress } = context;
  const known = new Map(eventsOf(run.log.events, "cell").map(({ cell }) => [keyOf(cell), cell]));
  const cells = cellsOf(run.config, choices);
  const left = cells.filter((cell) => !known.has(keyOf(cell)));
  const task = lazyTask(progress, "Refitting", left.length);
  for (const key of left) {
    const cell = await measureCell(context, key, scoresOf(key));
    run.log.append({ type: "cell", cell });
    known.set(keyOf(key), cell);
    task.advance(1, `seed ${key.seed}, ${key.criterion}, ${key.method}`);
    await new Promise((resolve) => setImmediate(resolve)); // lets the process handle signals
  }
  task.done();
  return cells.flatMap((cell) => known.get(keyOf(cell)) ?? []);
}

async function measureCell(
  { graph, images }: StudyContext,
  key: CellKey,
  scores: Scores,
): Promise<MeasuredCell> {
  const { samples, seed } = key;
  const plan = await planOf(graph, scores, key, images);
  const smaller = applyPlan(graph.model, plan, { graph });
  const { model, report } = await compensate(graph.model, smaller, plan, images.calibration(key), {
    methods: methodsIn(key.method),
    samples,
    seed,
    graph,
  });
  disposeModel(smaller);
  const { accuracy, loss } = await images.test(model);
  const macsLeft = countMacs(model).total / countMacs(graph.model).total;
  disposeModel(model);
  const { methods, before, after, isReverted } = report;
  return {
    ...key,
    accuracy,
    loss,
    macsLeft,
    seconds: methods.reduce((sum, { seconds }) => sum + seconds, 0),
    layers: methods.flatMap(({ layers }) => layers),
    skipped: methods.flatMap(({ skipped }) => skipped),
    before,
    after,
    isReverted,
  };
}

async function planOf(
  graph: DependencyGraph,
  scores: Scores,
  key: CellKey,
  images: StudyImages,
): Promise<Plan> {
  const { method, samples, seed, macs } = key;
  const swaps = hasWord(method, swap);
  if (hasWord(method, trials))
    return selectByTrial(graph, scores, { macs }, images.calibration(key), { swap: swaps, seed });
  const plan = hasWord(method, residual)
    ? await residualObd({ samples, seed }).select(graph, images.calibration(key), { budget: { macs } })
    : selectUnits(graph, scores, { macs });
  return swaps ? swapUnits(graph, plan, images.calibration(key), { samples, seed }) : plan;
}
