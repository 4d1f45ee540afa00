/** Trained weights: files of the user's, and the networks that `bench:cifar10` trained for this repository. */
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "@secateur/command-line";
import { loadWeights, type ModelName } from "@secateur/models";
import type * as tfl from "@tensorflow/tfjs-layers";

/** The weights of a network in `apps/bench/trained`, or null. Each folder also holds the run's log and settings. */
export function trainedWeights(model: ModelName): string | null {
  const file = fileURLToPath(new URL(`../../trained/${model}/network.safetensors`, import.meta.url));
  return fs.existsSync(file) ? file : null;
}

/** Loads weights into the model. @throws UsageError naming the file, whatever is wrong with it. */
export function readWeights(model: tfl.LayersModel, file: string): void {
  if (!fs.existsSync(file)) throw new UsageError(`--weights: there is no file ${file}.`);
  try {
    loadWeights(model, fs.readFileSync(file), { optional: optionalIn[model.name] });
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}

/** Tensors that torchvision's file lacks; the normalisations after dense layers start as they are initialised. */
const optionalIn: Readonly<Record<string, (name: string) => boolean>> = {
  "vgg11-bn-dense-bn": (name) => /^classifier\.[14]\./.test(name),
};

/** torchvision's IMAGENET1K_V1 weights, which the paper prunes. */
const torchvisionFiles: Readonly<Partial<Record<ModelName, string>>> = {
  "vgg11-bn-imagenet": "vgg11_bn-6002323d.pth",
  "vgg11-bn-dense-bn": "vgg11_bn-6002323d.pth",
  "vgg16-bn": "vgg16_bn-6c64b313.pth",
  resnet18: "resnet18-f37072fd.pth",
  resnet34: "resnet34-b627a593.pth",
  resnet50: "resnet50-0676ba61.pth",
  resnet101: "resnet101-63fe2227.pth",
  resnet152: "resnet152-394f9c45.pth",
  "mobilenet-v2": "mobilenet_v2-b0353104.pth",
  densenet121: "densenet121-a639ec97.pth",
  densenet201: "densenet201-c1103571.pth",
};

/** The address of torchvision's weights. @param model - An ImageNet network of the model table. */
export function torchvisionWeights(model: ModelName | null): string {
  return `https://download.pytorch.org/models/${model === null ? "" : (torchvisionFiles[model] ?? "")}`;
}
