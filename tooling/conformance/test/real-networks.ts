/**
 * Networks that others designed: published ones, with their weights, as far as they are within reach, and three usual layouts
 * built with stock layers.
 */
import fs from "node:fs";
import path from "node:path";
import { npmPackage, nsfwFiles } from "@repo/testing/npm-package";
import { type LayerRules, layerRules } from "@secateur/dependency-graph";
import { type LayerClass, loadModel } from "@secateur/model-files";
import * as tfl from "@tensorflow/tfjs-layers";

export interface RealNetwork {
  readonly name: string;
  readonly open: () => Promise<tfl.LayersModel> | tfl.LayersModel;
  /** For networks with layer classes of their own. Default `layerRules`. */
  readonly rules?: LayerRules;
}

/** The classes, for `loadModel`; the same file registers them in another process. */
export const upscalerLayers = path.join(import.meta.dirname, "upscaler-layers.mjs");
const customLayers: readonly LayerClass[] = Object.values(await import(upscalerLayers));

const upscalerRules: LayerRules = {
  ...layerRules,
  MultiplyBeta: ({ inputs }) => inputs[0],
  PixelShuffle4x: ({ unsupported }) => unsupported("it moves channels into space"),
};

/** The networks that can be opened here; a warning names each of the others. */
export async function realNetworks(): Promise<readonly RealNetwork[]> {
  const published = await Promise.all([nsfw(), mobilenet(), ...upscalers.map(upscaler)]);
  return [...published.flat(), teachableMachine, unet, siamese];
}

async function nsfw(): Promise<readonly RealNetwork[]> {
  const folder = await npmPackage("nsfwjs@4.3.0");
  if (folder === undefined) return [];
  return [{ name: "nsfwjs", open: async () => loadModel(await nsfwFiles(folder, "mobilenet_v2")) }];
}

async function mobilenet(): Promise<readonly RealNetwork[]> {
  const folder = path.resolve(import.meta.dirname, "../../../../shared/models/mobilenet_v1_025_224");
  if (fs.existsSync(folder)) return [{ name: "MobileNet v1", open: () => loadModel(folder) }];
  console.warn(`SKIPPED: MobileNet v1, which is not in ${folder}`);
  return [];
}

/** Their input sizes are open. */
const upscalers = [
  ["@upscalerjs/default-model@1.0.0", "models/model.json"],
  ["@upscalerjs/esrgan-medium@1.0.0", "models/x2/model.json"],
  ["@upscalerjs/esrgan-legacy@1.0.0", "models/gans/model.json"],
] as const;

async function upscaler([spec, file]: (typeof upscalers)[number]): Promise<readonly RealNetwork[]> {
  const folder = await npmPackage(spec);
  if (folder === undefined) return [];
  const open = () => loadModel(path.join(folder, file), { customLayers });
  return [{ name: spec, open, rules: upscalerRules }];
}

type Tensor = tfl.SymbolicTensor;

/** Initial weights that do not change from run to run. */
let seed = 0;
const init = () => ({ kernelInitializer: tfl.initializers.glorotUniform({ seed: seed++ }) });

const convolution = (filters: number) =>
  tfl.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", ...init() });

/** As Teachable Machine exports them: features and a head, each a Sequential, in a Sequential. */
const teachableMachine: RealNetwork = {
  name: "Teachable Machine",
  open: () => {
    const features = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, inputShape: [32, 32, 3], ...init() }),
        tfl.layers.batchNormalization(),
        tfl.layers.reLU({ maxValue: 6 }),
        tfl.layers.depthwiseConv2d({ kernelSize: 3, padding: "same", useBias: false }),
        tfl.layers.batchNormalization(),
        tfl.layers.reLU({ maxValue: 6 }),
        tfl.layers.conv2d({ filters: 32, kernelSize: 1, ...init() }),
        tfl.layers.globalAveragePooling2d({}),
      ],
    });
    const head = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 100, activation: "relu", inputShape: [32], ...init() }),
        tfl.layers.dense({ units: 3, activation: "softmax", useBias: false, ...init() }),
      ],
    });
    return tfl.sequential({ layers: [features, head] });
  },
};

/** Two levels, transposed convolutions, skip connections by concatenation; Ronneberger et al. 2015, arXiv 1505.04597. */
const unet: RealNetwork = {
  name: "U-Net",
  open: () => {
    const twice = (x: Tensor, filters: number): Tensor =>
      convolution(filters).apply(convolution(filters).apply(x)) as Tensor;
    const down = (x: Tensor): Tensor => tfl.layers.maxPooling2d({}).apply(x) as Tensor;
    const up = (x: Tensor, skip: Tensor, filters: number): Tensor => {
      const config = { filters, kernelSize: 2, strides: 2 } as const;
      const enlarged = tfl.layers.conv2dTranspose({ ...config, ...init() }).apply(x) as Tensor;
      return twice(tfl.layers.concatenate().apply([skip, enlarged]) as Tensor, filters);
    };
    const input = tfl.input({ shape: [32, 32, 3] });
    const first = twice(input, 8);
    const second = twice(down(first), 16);
    const decoded = up(up(twice(down(second), 32), second, 16), first, 8);
    const mask = tfl.layers.conv2d({ filters: 1, kernelSize: 1, activation: "sigmoid", ...init() });
    return tfl.model({ inputs: input, outputs: mask.apply(decoded) as Tensor });
  },
};

/** One encoder for both inputs, and a head on the two codes. */
const siamese: RealNetwork = {
  name: "siamese",
  open: () => {
    const encoder = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 16,
          kernelSize: 3,
          activation: "relu",
          inputShape: [16, 16, 1],
          ...init(),
        }),
        tfl.layers.maxPooling2d({}),
        convolution(32),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 24, activation: "relu", ...init() }),
      ],
    });
    const inputs = [1, 2].map(() => tfl.input({ shape: [16, 16, 1] }));
    const codes = inputs.map((input) => encoder.apply(input) as Tensor);
    const product = tfl.layers.multiply().apply(codes) as Tensor;
    const all = tfl.layers.concatenate().apply([...codes, product]) as Tensor;
    const same = tfl.layers.dense({ units: 1, activation: "sigmoid", ...init() });
    return tfl.model({ inputs, outputs: same.apply(all) as Tensor });
  },
};
