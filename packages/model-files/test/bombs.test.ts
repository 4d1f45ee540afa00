/** Small files that ask for much memory or time: refused within the bounds of the docstrings. */

import { loadModel, ModelFileError } from "@secateur/model-files";
import { strToU8, zipSync } from "fflate";
import h5wasm, { type Group, File as Hdf5File } from "h5wasm";
import { expect, it } from "vitest";

const { FS } = await h5wasm.ready;

function hdf5(fill: (root: Group) => void): Uint8Array<ArrayBuffer> {
  const file = new Hdf5File("bomb.h5", "w");
  fill(file);
  file.close();
  const bytes = Uint8Array.from(FS.readFile("bomb.h5"));
  FS.unlink("bomb.h5");
  return bytes;
}

/** A refusal in less than two seconds of this process's own time, and with little memory. */
async function refused(name: string, bytes: Uint8Array<ArrayBuffer>, problem: string): Promise<void> {
  const [time, memory] = [process.cpuUsage(), process.memoryUsage.rss()];
  const loading = loadModel(new File([bytes], name));
  await expect(loading).rejects.toThrow(ModelFileError);
  await expect(loading).rejects.toThrow(problem);
  expect(process.cpuUsage(time).user / 1e6).toBeLessThan(2);
  expect(process.memoryUsage.rss() - memory).toBeLessThan(300e6);
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => Uint8Array.from(strToU8(JSON.stringify(value)));
const modelJson = (layers: readonly object[], className = "Sequential"): Uint8Array<ArrayBuffer> =>
  json({
    modelTopology: {
      class_name: className,
      config: { name: "m", layers, input_layers: [], output_layers: [] },
    },
    weightsManifest: [],
  });
const input = { class_name: "InputLayer", config: { name: "x", batch_input_shape: [null, 8, 8, 3] } };

it("a depthwise layer with a billion channels", async () => {
  const layers = [
    input,
    { class_name: "DepthwiseConv2D", config: { name: "d", kernel_size: 1, depth_multiplier: 1e9 } },
    { class_name: "GlobalAveragePooling2D", config: { name: "p", keepdims: true } },
  ];
  await refused("model.json", modelJson(layers), "describes more parameters than the files have");
});

it("twenty thousand layers", async () => {
  const layers = Array.from({ length: 20_000 }, (_, i) => ({
    class_name: "ReLU",
    config: { name: `r${i}` },
  }));
  await refused("model.json", modelJson([input, ...layers]), "has 20001 layers, expected at most 10000");
});

it("layers in reverse order, each of which takes a pass", async () => {
  const activation = (i: number): object => {
    const name = `x${i}`;
    const inbound = i === 0 ? [] : [[[`x${i - 1}`, 0, 0, {}]]];
    return { class_name: "Activation", name, config: { name, activation: "linear" }, inbound_nodes: inbound };
  };
  const layers = Array.from({ length: 5000 }, (_, i) => activation(i)).reverse();
  Object.assign(layers.at(-1) ?? {}, {
    class_name: "InputLayer",
    config: { name: "x0", batch_input_shape: [null, 2] },
  });
  await refused("model.json", modelJson(layers, "Model"), "are listed in reverse order");
});

it("an HDF5 file of 40 kB with 32 MB of compressed zeros", async () => {
  const config = { name: "m", layers: [{ class_name: "Dense", config: { name: "d", units: 1 } }] };
  const file = hdf5((root) => {
    root.create_attribute("model_config", JSON.stringify({ class_name: "Sequential", config }));
    const layer = root.create_group("model_weights").create_group("d");
    (root.get("model_weights") as Group).create_attribute("layer_names", ["d"]);
    layer.create_attribute("weight_names", ["kernel"]);
    const [data, shape] = [new Float32Array(2 ** 23), [2 ** 23, 1]];
    layer.create_dataset({ name: "kernel", data, shape, chunks: [2 ** 16, 1], compression: 9 });
  });
  expect(file.length).toBeLessThan(100_000);
  await refused("model.h5", file, "lists weights of 33554432, expected at most");
});

it("groups that lie in each other three times, ten deep", async () => {
  const weights = hdf5((root) => {
    const groups = [root.create_group("layers").create_group("bidirectional")];
    for (let i = 1; i < 10; i++) groups.push(root.create_group(`g${i}`));
    for (const [i, group] of groups.entries())
      for (const name of ["layer", "forward_layer", "backward_layer"])
        if (i < 9) group.create_soft_link(`/g${i + 1}`, name);
  });
  const layers = [{ class_name: "Bidirectional", config: { name: "b" } }];
  const config = json({ class_name: "Sequential", config: { name: "m", layers } });
  const archive = zipSync({ "config.json": config, "model.weights.h5": weights });
  await refused("model.keras", Uint8Array.from(archive), "lie in more than 5000 groups");
});

it("a type that is a list in a list, twenty thousand deep", async () => {
  const deep = "[".repeat(20_000) + "]".repeat(20_000);
  const manifest = `[{"paths":["w"],"weights":[{"name":"w","shape":[1],"dtype":${deep}}]}]`;
  const text = `{"modelTopology":{"class_name":"Sequential"},"weightsManifest":${manifest}}`;
  await refused("model.json", Uint8Array.from(strToU8(text)), "has the type an object, expected float32");
});
