/** Times to build a network's dependency graph, to select units, and to remove them. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { selectUnits } from "@secateur/pruner";
import { applyPlan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import { markdownOf } from "../report/markdown-table.ts";
import { median } from "../run/median.ts";

export interface GraphModel {
  readonly name: string;
  /** The caller disposes the model. */
  readonly open: () => Promise<tfl.LayersModel>;
}

export interface GraphTime {
  readonly model: string;
  readonly graphMs: number;
  readonly planMs: number;
  readonly surgeryMs: number;
  readonly groups: number;
  readonly units: number;
}

/** Random scores; half of the units are removed. Medians. */
export async function measureGraphs(
  models: readonly GraphModel[],
  repeats: number,
): Promise<readonly GraphTime[]> {
  const measured: GraphTime[] = [];
  for (const { name, open } of models) {
    const model = await open();
    const [graphMs, planMs, surgeryMs]: [number[], number[], number[]] = [[], [], []];
    const timed = <T>(times: number[], work: () => T): T => {
      const start = performance.now();
      const result = work();
      times.push(performance.now() - start);
      return result;
    };
    let [groups, units] = [0, 0];
    for (let i = 0; i < repeats; i++) {
      const graph = timed(graphMs, () => buildDependencyGraph(model));
      const scores = new Map(
        graph.groups.map(({ id, unitCount }) => [id, Float32Array.from({ length: unitCount }, Math.random)]),
      );
      const plan = timed(planMs, () => selectUnits(graph, scores, { units: 0.5 }));
      disposeModel(timed(surgeryMs, () => applyPlan(model, plan, { graph })));
      groups = graph.groups.length;
      units = graph.groups.reduce((sum, { unitCount }) => sum + unitCount, 0);
    }
    disposeModel(model);
    measured.push({
      model: name,
      graphMs: median(graphMs),
      planMs: median(planMs),
      surgeryMs: median(surgeryMs),
      groups,
      units,
    });
  }
  return measured;
}

export function formatGraphs(times: readonly GraphTime[]): string {
  const body = times.map(({ model, groups, units, graphMs, planMs, surgeryMs }) => [
    model,
    String(groups),
    String(units),
    graphMs.toFixed(1),
    planMs.toFixed(1),
    surgeryMs.toFixed(1),
  ]);
  return markdownOf(["network", "groups", "units", "graph ms", "plan ms", "surgery ms"], body);
}
