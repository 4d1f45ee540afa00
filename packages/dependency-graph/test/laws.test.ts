/** Laws of the graph on random architectures: every channel is in exactly one unit or pinned. */

import { architecture, buildArchitecture } from "@repo/testing/random-architecture";
import { disposeModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDependencyGraph, type DependencyGraph, describeGraph, fingerprint } from "../src/index.ts";

const withModel = (law: (graph: DependencyGraph, model: tfl.LayersModel) => void, numRuns = 100): void =>
  fc.assert(
    fc.property(architecture, (spec) => {
      const model = buildArchitecture(spec);
      law(buildDependencyGraph(model), model);
      disposeModel(model);
    }),
    { numRuns },
  );

describe("a dependency graph", () => {
  it("assigns every index of every weight axis to at most one unit", () => {
    withModel((graph) => {
      const taken = new Set<string>();
      for (const { slices } of graph.groups) {
        for (const { weight, axis, indices } of slices) {
          for (const index of indices) {
            const key = `${weight}|${axis}|${index}`;
            expect(taken.has(key), key).toBe(false);
            taken.add(key);
          }
        }
      }
    });
  });

  it("pins or groups every filter of every layer", () => {
    withModel((graph, model) => {
      const grouped = new Set<string>();
      for (const { slices } of graph.groups) {
        for (const { weight, axis, role, indices } of slices) {
          if (role === "kernel") for (const index of indices) grouped.add(`${weight}|${axis}|${index}`);
        }
      }
      for (const layer of model.layers) {
        const isLogits = layer.name.startsWith("logits");
        const [kernel] = layer.weights;
        if (!["Conv2D", "Dense"].includes(layer.getClassName()) || kernel === undefined) continue;
        const axis = kernel.shape.length - 1;
        for (let i = 0; i < (kernel.shape[axis] ?? 0); i++) {
          expect(grouped.has(`${kernel.originalName}|${axis}|${i}`), `${layer.name} ${i}`).toBe(!isLogits);
        }
      }
    });
  });

  it("gives all units of a group equally many indices in each slice", () => {
    withModel((graph) => {
      for (const { slices, unitCount } of graph.groups) {
        for (const { indices, indicesPerUnit } of slices) {
          expect(indices.length).toBe(unitCount * indicesPerUnit);
        }
      }
    });
  });

  it("has unique group names and is deterministic", () => {
    withModel((graph, model) => {
      const ids = graph.groups.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(describeGraph(buildDependencyGraph(model))).toBe(describeGraph(graph));
      expect(buildDependencyGraph(model).fingerprint).toBe(graph.fingerprint);
    }, 30);
  });
});

describe("a fingerprint", () => {
  /** Channels padded between two Permutes, as in the shortcut of the CIFAR ResNets. */
  const padded = (padding: [number, number], isTwice = false): string => {
    const x = tfl.input({ shape: [4, 4, 2], name: "image" });
    const a = tfl.layers.conv2d({ name: "a", filters: 3, kernelSize: 1 }).apply(x);
    const first = tfl.layers.permute({ name: "first", dims: [1, 3, 2] }).apply(a);
    const wide = tfl.layers.zeroPadding2d({ name: "pad", padding: [[0, 0], padding] }).apply(first);
    const last = tfl.layers.permute({ name: "last", dims: [1, 3, 2] }).apply(wide);
    const y = tfl.layers.conv2d({ name: "b", filters: 2, kernelSize: 1 }).apply(last) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: x, outputs: isTwice ? [y, a as tfl.SymbolicTensor] : [y] });
    const found = fingerprint(model);
    disposeModel(model);
    return found;
  };

  it("is the same for the same structure, and no other", () => {
    expect(padded([0, 2])).toBe(padded([0, 2]));
    const others = [padded([0, 2]), padded([2, 0]), padded([1, 1]), padded([0, 2], true)];
    expect(new Set(others).size).toBe(4);
  });
});
