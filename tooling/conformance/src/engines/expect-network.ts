/** Compares what an engine makes of a network with PyTorch in double precision. */
import fs from "node:fs";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { selectUnits } from "@secateur/pruner";
import { expect } from "vitest";
import { type EngineNetwork, engineNetwork } from "./engine-networks.ts";
import type { NetworkResult } from "./run-network.ts";

type Table = Readonly<Record<string, readonly number[]>>;

interface Golden {
  readonly phase: number;
  readonly losses: readonly number[];
  readonly gradients: Table;
  readonly gates: Table;
}

const file = new URL("../../test/golden/networks.json", import.meta.url);
const golden = JSON.parse(fs.readFileSync(file, "utf8")) as Readonly<Record<EngineNetwork, Golden>>;

/** Of the images. */
export function phaseOf(name: EngineNetwork): number {
  return golden[name].phase;
}

/** Each number to 1e-3, and to 1e-5 of the largest of its table where it is nothing but rounding. */
function expectTable(actual: Table, expected: Table): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, numbers] of Object.entries(expected)) {
    const atol = 1e-5 * Math.max(...numbers.map(Math.abs));
    expect(actual[name] ?? [], name).toBeAllClose(numbers, { rtol: 1e-3, atol });
  }
}

/** Losses to 1e-5, gradients and scores to 1e-3, the same plan, and a proof to 1e-5. */
export function expectNetwork(name: EngineNetwork, result: NetworkResult): void {
  const { losses, gradients, gates } = golden[name];
  expect(result.losses).toBeAllClose(losses, { rtol: 1e-5 });
  expectTable(result.gradients, gradients);
  expectTable(result.scores, gates);
  const model = engineNetwork(name);
  const scores = new Map(Object.entries(gates).map(([group, values]) => [group, Float32Array.from(values)]));
  const graph = buildDependencyGraph(model);
  expect(result.plan).toEqual(selectUnits(graph, scores, { units: 1 / 3 }).remove);
  disposeModel(model);
  expect(result.relativeError).toBeLessThan(1e-5);
}
