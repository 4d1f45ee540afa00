/** `secateur inspect`: the layers of a network, their shapes, parameters and multiply-adds, and what can be pruned. */
import { filePath, type Program } from "@secateur/command-line";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { countParameters } from "@secateur/metrics";
import { disposeModel, modelGraph } from "@secateur/model-graph";
import { z } from "zod";
import { startEngine } from "../engine.ts";
import { layerMacs } from "../layer-macs.ts";
import { grouped, percent } from "../numbers.ts";
import { openModel } from "../open-model.ts";
import { jsonFlag, modelFlag, optionalPath, rulesFlag } from "../shared-flags.ts";
import { type Subcommand, subcommand } from "../subcommand.ts";
import { textTable } from "../text-table.ts";

interface InspectSettings {
  readonly model: string;
  readonly rules: string | null;
  readonly json: boolean;
}

const program: Program<InspectSettings> = {
  command: "npx secateur inspect",
  purpose: "List layers, shapes, parameters, multiply-adds, and what can be pruned.",
  flags: { model: modelFlag, rules: rulesFlag, json: jsonFlag },
  defaults: {},
  complete: (given) => ({ model: "", rules: null, json: false, ...given }),
  schema: z.strictObject({ model: filePath, rules: optionalPath, json: z.boolean() }),
  examples: [["All layers:", "model.json"]],
};

/** One call of a layer. */
interface LayerRow {
  readonly layer: string;
  readonly className: string;
  /** The output's, without the batch axis; null where it is open. */
  readonly shape: readonly (number | null)[];
  readonly parameters: number;
  /** Null where they depend on an open size. */
  readonly macs: number | null;
  /** How many of its units can be removed. */
  readonly prunableUnits: number;
}

export const inspect: Subcommand = subcommand(program, async ({ model: path, rules, json }, { print }) => {
  await startEngine("wasm");
  const opened = await openModel(path, rules);
  const graph = buildDependencyGraph(opened.model, { rules: opened.rules });
  const layers = layerRows(graph);
  const parameters = countParameters(opened.model);
  const macs = layers.some((layer) => layer.macs === null)
    ? null
    : layers.reduce((sum, layer) => sum + (layer.macs ?? 0), 0);
  disposeModel(opened.model);
  if (json) print(JSON.stringify({ name: opened.model.name, parameters, macs, layers }, null, 2));
  else print(`${table(layers, macs)}\n\n${totals(parameters.total, macs, graph)}`);
  return 0;
});

function layerRows(graph: DependencyGraph): readonly LayerRow[] {
  const prunable = new Map<string, number>();
  for (const { slices, unitCount } of graph.groups)
    for (const layer of new Set(slices.filter(({ role }) => role === "kernel").map((slice) => slice.layer)))
      prunable.set(layer, (prunable.get(layer) ?? 0) + unitCount);
  const macsOf = layerMacs(graph.model);
  const counted = new Set<string>();
  return modelGraph(graph.model).calls.map(({ path, className, layer, outputs }) => {
    const isFirst = !counted.has(path);
    counted.add(path);
    return {
      layer: path,
      className,
      shape: (outputs[0]?.shape ?? []).slice(1),
      parameters: isFirst ? layer.countParams() : 0,
      macs: macsOf === null ? null : (macsOf.get(path)?.shift() ?? 0),
      prunableUnits: prunable.get(path) ?? 0,
    };
  });
}

function table(layers: readonly LayerRow[], total: number | null): string {
  const rows = layers.map(({ layer, className, shape, parameters, macs, prunableUnits }) => [
    layer,
    className,
    shape.map((size) => size ?? "?").join("×"),
    grouped(parameters),
    macs === null ? "?" : grouped(macs),
    macs === null || total === null || total === 0 ? "" : percent(macs / total),
    prunableUnits === 0 ? "" : grouped(prunableUnits),
  ]);
  return textTable(
    [["layer", "class", "output", "parameters", "MACs", "share", "prunable units"], ...rows],
    2,
  );
}

function totals(parameters: number, macs: number | null, { groups }: DependencyGraph): string {
  const units = groups.reduce((sum, { unitCount }) => sum + unitCount, 0);
  const work = macs === null ? "MACs depend on open sizes" : `${grouped(macs)} MACs`;
  return `${grouped(parameters)} parameters, ${work}, ${grouped(units)} prunable units in ${grouped(groups.length)} groups`;
}
