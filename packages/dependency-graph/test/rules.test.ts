/** Every layer rule on a small network whose groups are written down by hand. */

import { disposeModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import {
  buildDependencyGraph,
  DependencyGraphError,
  describeGraph,
  type LayerRule,
  layerRules,
  toMermaid,
} from "../src/index.ts";

type Tensor = tfl.SymbolicTensor;
const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const conv = (name: string, filters: number, x: Tensor, options: { kernelSize?: number } = {}): Tensor =>
  apply(tfl.layers.conv2d({ name, filters, kernelSize: 3, padding: "same", useBias: false, ...options }), x);

/** Input 4×4×2, `body`, global average, dense "head". */
function network(body: (x: Tensor) => Tensor): tfl.LayersModel {
  const x = tfl.input({ shape: [4, 4, 2], name: "image" });
  const pooled = apply(tfl.layers.globalAveragePooling2d({ name: "gap" }), body(x));
  return tfl.model({ inputs: x, outputs: apply(tfl.layers.dense({ units: 3, name: "head" }), pooled) });
}

/** `id: units` of each group, and for each slice `weight[axis] indices`. */
function shown(body: (x: Tensor) => Tensor): readonly string[] {
  const model = network(body);
  const graph = buildDependencyGraph(model);
  disposeModel(model);
  return graph.groups.flatMap(({ id, unitCount, slices }) => [
    `${id}: ${unitCount}`,
    ...slices.map(({ weight, axis, role, indices }) => `  ${weight}[${axis}] ${role} ${indices.join(" ")}`),
  ]);
}

describe("layer rules", () => {
  it("Conv2D creates units, batch normalisation passes them, Dense consumes them", () => {
    const body = (x: Tensor): Tensor => apply(tfl.layers.batchNormalization({ name: "bn" }), conv("a", 3, x));
    expect(shown(body)).toEqual([
      "a: 3",
      "  a/kernel[3] kernel 0 1 2",
      "  bn/gamma[0] gamma 0 1 2",
      "  bn/beta[0] beta 0 1 2",
      "  bn/moving_mean[0] movingMean 0 1 2",
      "  bn/moving_variance[0] movingVariance 0 1 2",
      "  head/kernel[0] input 0 1 2",
    ]);
  });

  it("Add ties its inputs", () => {
    const body = (x: Tensor): Tensor => {
      const a = conv("a", 2, x);
      return apply(tfl.layers.add(), [a, conv("b", 2, a)]);
    };
    expect(shown(body)).toEqual([
      "a: 2",
      "  a/kernel[3] kernel 0 1",
      "  b/kernel[2] input 0 1",
      "  b/kernel[3] kernel 0 1",
      "  head/kernel[0] input 0 1",
    ]);
  });

  it("Concatenate joins; the same tensor twice gives every unit two indices", () => {
    const body = (x: Tensor): Tensor => {
      const a = conv("a", 2, x);
      return apply(tfl.layers.concatenate(), [a, conv("b", 1, x), a]);
    };
    expect(shown(body)).toEqual([
      "a: 2",
      "  a/kernel[3] kernel 0 1",
      "  head/kernel[0] input 0 3 1 4",
      "b: 1",
      "  b/kernel[3] kernel 0",
      "  head/kernel[0] input 2",
    ]);
  });

  it("DepthwiseConv2D passes each unit `depthMultiplier` times", () => {
    const body = (x: Tensor): Tensor =>
      apply(tfl.layers.depthwiseConv2d({ name: "dw", kernelSize: 3, depthMultiplier: 2 }), conv("a", 2, x));
    expect(shown(body)).toEqual([
      "a: 2",
      "  a/kernel[3] kernel 0 1",
      "  dw/depthwise_kernel[2] kernel 0 1",
      "  dw/bias[0] bias 0 1 2 3",
      "  head/kernel[0] input 0 1 2 3",
    ]);
  });

  it("a shared layer ties its calls", () => {
    const body = (x: Tensor): Tensor => {
      const shared = tfl.layers.conv2d({ name: "s", filters: 2, kernelSize: 1, useBias: false });
      return apply(shared, apply(shared, conv("a", 2, x)));
    };
    expect(shown(body)).toEqual([
      "a: 2",
      "  a/kernel[3] kernel 0 1",
      "  s/kernel[2] input 0 1",
      "  s/kernel[3] kernel 0 1",
      "  head/kernel[0] input 0 1",
    ]);
  });

  it("Flatten gives a unit one index per pixel: p·C + c", () => {
    const x = tfl.input({ shape: [1, 2, 2], name: "image" });
    const flat = apply(tfl.layers.flatten(), conv("a", 2, x));
    const model = tfl.model({
      inputs: x,
      outputs: apply(tfl.layers.dense({ units: 3, name: "head" }), flat),
    });
    const slices = buildDependencyGraph(model).groups[0]?.slices ?? [];
    expect(slices.map(({ indices }) => [...indices])).toEqual([
      [0, 1],
      [0, 2, 1, 3],
    ]);
    disposeModel(model);
  });

  it("a shortcut padded with zero channels ties channels, and its padding shrinks with them", () => {
    const body = (x: Tensor): Tensor => {
      const a = conv("a", 2, x);
      const turned = apply(tfl.layers.permute({ dims: [3, 1, 2] }), a);
      const padded = apply(
        tfl.layers.zeroPadding2d({
          name: "pad",
          padding: [
            [1, 1],
            [0, 0],
          ],
        }),
        turned,
      );
      const shortcut = apply(tfl.layers.permute({ dims: [2, 3, 1] }), padded);
      return apply(tfl.layers.add(), [conv("b", 4, a), shortcut]);
    };
    expect(shown(body)).toEqual([
      "a: 2",
      "  a/kernel[3] kernel 0 1",
      "  b/kernel[2] input 0 1",
      "  b/kernel[3] kernel 1 2",
      "  head/kernel[0] input 1 2",
      "b: 2",
      "  b/kernel[3] kernel 0 3",
      "  head/kernel[0] input 0 3",
    ]);
    const model = network(body);
    const group = buildDependencyGraph(model).groups.find(({ id }) => id === "b");
    expect(group?.counts.filter(({ layer }) => layer === "pad")).toEqual([
      { layer: "pad", path: ["padding", 0, 0], perUnit: Int32Array.of(1, 0) },
      { layer: "pad", path: ["padding", 0, 1], perUnit: Int32Array.of(0, 1) },
    ]);
    disposeModel(model);
  });

  it("an inner softmax pins its channels, with the reason", () => {
    const model = network((x) => apply(tfl.layers.softmax({ name: "soft", axis: -1 }), conv("a", 2, x)));
    const graph = buildDependencyGraph(model);
    expect(graph.groups).toEqual([]);
    expect(graph.pinned).toContainEqual({
      layer: "soft",
      className: "Softmax",
      reason: "softmax mixes the channels",
      channelCount: 2,
      holds: ["a"],
    });
    disposeModel(model);
  });

  it("an unknown layer class pins its inputs and outputs; a custom rule makes it prunable", () => {
    const body = (x: Tensor): Tensor => apply(tfl.layers.upSampling2d({ name: "up" }), conv("a", 2, x));
    const model = network(body);
    const { UpSampling2D: upSampling = () => undefined, ...without } = layerRules;
    const graph = buildDependencyGraph(model, { rules: without });
    expect(graph.groups).toEqual([]);
    expect(describeGraph(graph)).toContain(
      "up (UpSampling2D): 2 channels, no rule for layer class UpSampling2D",
    );
    const ruled = buildDependencyGraph(model, { rules: { ...without, UpSampling2D: upSampling } });
    expect(ruled.groups.map(({ id }) => id)).toEqual(["a"]);
    disposeModel(model);
  });

  it("batch normalisation over another axis pins its channels", () => {
    const model = network((x) =>
      apply(tfl.layers.batchNormalization({ name: "bn", axis: 1 }), conv("a", 2, x)),
    );
    expect(describeGraph(buildDependencyGraph(model))).toContain("normalises axis 1");
    disposeModel(model);
  });

  it("a rule that binds the wrong number of channels is refused, by name", () => {
    const rule: LayerRule = ({ inputs, bind }) => {
      bind("kernel", 2, "input", inputs[0]?.ids ?? new Int32Array());
      return inputs[0];
    };
    const model = network((x) => conv("a", 2, x));
    const build = (): unknown => buildDependencyGraph(model, { rules: { ...layerRules, Conv2D: rule } });
    expect(build).toThrow(DependencyGraphError);
    expect(build).toThrow(
      'Layer "a" (Conv2D): axis 2 of "a/kernel" has size 2, the rule binds 1 channels to it',
    );
    disposeModel(model);
  });
});

describe("describe", () => {
  const body = (x: Tensor): Tensor =>
    apply(tfl.layers.add({ name: "sum" }), [conv("a", 2, x), conv("b", 2, x)]);

  it("as text", () => {
    const model = network(body);
    expect(describeGraph(buildDependencyGraph(model))).toBe(
      [
        "1 group, 2 units",
        "  a: 2 units in a, b -> head",
        "pinned (never removed)",
        "  image (InputLayer): 2 channels, model input",
        "  head (Dense): 3 channels, model output",
      ].join("\n"),
    );
    disposeModel(model);
  });

  it("as a Mermaid diagram", () => {
    const model = network(body);
    expect(toMermaid(buildDependencyGraph(model))).toBe(
      [
        "flowchart LR",
        '  l0["a"]',
        '  l1["b"]',
        '  l2["head"]',
        '  g0{{"a: 2 units"}}',
        "  l0 --> g0",
        "  l1 --> g0",
        "  g0 --> l2",
      ].join("\n"),
    );
    disposeModel(model);
  });
});
