/** Parameters, multiply-adds, units and gates of the ImageNet networks against torchvision's and the paper's numbers. */
import { useBackend } from "@secateur/backend";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { createModel, type ModelName } from "@secateur/models";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { measureArchitecture } from "../src/architecture/measure-architecture.ts";
import { paperGates } from "../src/architecture/paper-gates.ts";
import { architectures } from "../src/architecture/program.ts";
import { budgetsTable, networksTable } from "../src/architecture/tables.ts";
import { chosenProgram } from "../src/experiments/chosen-program.ts";
import { readExperiments } from "../src/experiments/experiment.ts";
import { modelsFor } from "../src/inputs/data-set.ts";
import { parserOf } from "./parser.ts";

// The engine that allocates zeros without touching the memory: VGG16 has 553 MB of weights.
beforeAll(() => useBackend("cpu"));

/** Parameters of torchvision's networks; 10⁹ multiply-adds as the paper has them, or as torchvision's documentation. */
const expected: Readonly<Record<string, readonly [parameters: number, gmacs: number]>> = {
  "vgg11-bn-imagenet": [132_868_840, 7.61],
  "vgg11-bn-dense-bn": [132_868_840 + 4 * 4096, 7.61],
  "vgg16-bn": [138_365_992, 15.47],
  resnet18: [11_689_512, 1.81],
  resnet34: [21_797_672, 3.64],
  resnet50: [25_557_032, 4.09],
  resnet101: [44_549_160, 7.8],
  resnet152: [60_192_808, 11.51],
  "mobilenet-v2": [3_504_872, 0.3],
  densenet121: [7_978_856, 2.83],
  densenet201: [20_013_928, 4.29],
};

it("parameters and multiply-adds of every ImageNet network at 224 × 224", () => {
  const measured = modelsFor("imagenet").map(measureArchitecture);
  expect(measured.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
  for (const { name, parameters, macs } of measured) {
    const [count = 0, gmacs = 0] = expected[name] ?? [];
    expect(parameters, name).toBe(count);
    // The paper's 3.64 for ResNet-34 is read off its figure, to ±0.02.
    expect(Math.abs(macs / 1e9 - gmacs), name).toBeLessThanOrEqual(name === "resnet34" ? 0.025 : 0.005);
  }
  expect(networksTable(measured, readExperiments())).toContain("11,456 | 11,392 |");
});

let models: tfl.LayersModel[] = [];
afterEach(() => {
  for (const model of models) disposeModel(model);
  models = [];
});

/** The graph of a network for small images: units do not depend on the size. */
function graphOf(name: ModelName): DependencyGraph {
  const model = createModel(name, { inputShape: [32, 32, 3], kernels: "zeros" });
  models.push(model);
  return buildDependencyGraph(model);
}

function unitsOf({ groups }: DependencyGraph, isCounted: (id: string) => boolean = () => true): number {
  return groups.filter(({ id }) => isCounted(id)).reduce((sum, { unitCount }) => sum + unitCount, 0);
}

describe("the groups of the dependency graph are the paper's gates", () => {
  it.each([
    ["resnet50", 7_552, 11_392],
    ["resnet101", 16_256, 20_096],
  ] as const)("%s: every unit but those of the first convolution", (name, inner, gates) => {
    const graph = graphOf(name);
    expect(unitsOf(graph, (id) => /^layer\d\.\d+\.conv[12]$/.test(id))).toBe(inner);
    const stages = graph.groups.filter(({ id }) => !/conv[12]$|^conv1$/.test(id));
    expect(stages.map(({ unitCount }) => unitCount)).toEqual([256, 512, 1024, 2048]);
    expect(unitsOf(graph)).toBe(gates + 64);
    expect(paperGates(name, graph)).toBe(gates);
  });

  it("resnet34: a stage's units are those of the blocks' second convolutions, which the paper gates apart", () => {
    const graph = graphOf("resnet34");
    const [first, stages] = [3 * 64 + 4 * 128 + 6 * 256 + 3 * 512, 64 + 128 + 256 + 512];
    expect(unitsOf(graph)).toBe(first + stages);
    expect(paperGates("resnet34", graph)).toBe(2 * first + stages);
    expect(2 * first + stages).toBe(8_512);
  });

  it("vgg11-bn-dense-bn: every unit", () => {
    const graph = graphOf("vgg11-bn-dense-bn");
    expect(unitsOf(graph)).toBe(10_944);
    expect(paperGates("vgg11-bn-dense-bn", graph)).toBe(10_944);
  });

  it("densenet201: the 128 channels inside each of 98 dense layers", () => {
    const graph = graphOf("densenet201");
    const inner = graph.groups.filter(({ id }) => /denselayer\d+\.conv1$/.test(id));
    expect(inner.map(({ unitCount }) => unitCount)).toEqual(Array.from({ length: 98 }, () => 128));
    expect(paperGates("densenet201", graph)).toBe(12_544);
  });

  it("a network without a placement has none", () => {
    expect(paperGates("mobilenet-v2", graphOf("mobilenet-v2"))).toBeNull();
  });
});

describe("bench:imagenet --architecture-only", () => {
  it("is chosen by its flag, and takes one network or all", () => {
    expect(chosenProgram(["--architecture-only", "--model", "resnet50"], "/").program).toBe(
      "architecture-only",
    );
    const parse = parserOf(architectures);
    expect(parse("--architecture-only").config).toEqual({ architectureOnly: true, model: null });
    expect(parse("--architecture-only", "--model", "resnet50").config.model).toBe("resnet50");
    expect(() => parse("--architecture-only", "--model", "resnet20")).toThrow(/^--model must be one of/);
  });

  it("lists the budget of every row of the paper", () => {
    const rows = budgetsTable(readExperiments()).split("\n").slice(2);
    expect(rows).toHaveLength(readExperiments().length);
    expect(rows.find((row) => row.includes("resnet50-81"))).toMatch(
      /2,200 \| +22 \| +80\.7 % \| +4\.09 → 2\.66 \(65 %\) \| +25\.5 → 17\.9 \(70 %\) \|$/,
    );
    expect(rows.find((row) => row.includes("resnet101-40"))).toMatch(/12,000 \| +120 \| +40\.3 % /);
  });
});
