/** `check:pytorch`: torchvision's networks with random weights beside the ones of @secateur/models, and pruned ones back in PyTorch. */
import { parseArgs } from "node:util";
import { useBackend } from "@secateur/backend";
import { isModelName, type ModelName, modelInfo, modelNames } from "@secateur/models";
import { type NativeEngineName, nativeEngines } from "@secateur/native-engine";
import { checkNetwork, type Differences } from "./check-network.ts";

const help = `Loads torchvision's networks with random weights and compares with PyTorch: logits (1e-4), gradients in training
mode (1e-3, or twice the distance of PyTorch's own in float32), and the logits of a pruned network that PyTorch loads (1e-4).
Needs torch, torchvision, safetensors and numpy in the Python named by PYTHON, or python3; torchvision's compiled part need
not load (\`pip install --no-deps torchvision\`).

Usage: pnpm check:pytorch [flags]

  --networks A,B  [default: all ImageNet networks]
  --size N        Height and width of the images. [default: 224]
  --batch N       [default: 4]
  --seed N        [default: 0]
  --engine NAME   wasm or tensorflow. [default: wasm]
  --no-gradients  Logits alone.

Ends with 1 if a network differs.
`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  allowNegative: true,
  options: {
    networks: { type: "string" },
    size: { type: "string", default: "224" },
    batch: { type: "string", default: "4" },
    seed: { type: "string", default: "0" },
    engine: { type: "string", default: "wasm" },
    gradients: { type: "boolean", default: true },
    help: { type: "boolean", default: false },
  },
});

const limits = { logits: 1e-4, gradients: 1e-3, smallerLogits: 1e-4 } as const;

/** Where PyTorch's own gradients in float32 are farther away, as behind a normalisation over a minibatch of four vectors. */
const timesPyTorch = 2;

function networksOf(list: string | undefined): readonly ModelName[] {
  if (list === undefined) return modelNames.filter((name) => modelInfo(name).inputShape[0] === 224);
  return list.split(",").map((name) => {
    if (isModelName(name)) return name;
    throw new Error(`unknown network "${name}"; expected one of ${modelNames.join(", ")}`);
  });
}

function report(name: string, { logits, gradients, torchGradients, smallerLogits }: Differences): boolean {
  const isEqual =
    logits <= limits.logits &&
    smallerLogits <= limits.smallerLogits &&
    (gradients === null || gradients <= Math.max(limits.gradients, timesPyTorch * (torchGradients ?? 0)));
  const columns = [logits, gradients, torchGradients, smallerLogits].map(
    (value) => value?.toExponential(1) ?? "",
  );
  process.stdout.write(`| ${[name, ...columns, isEqual ? "equal" : "DIFFERENT"].join(" | ")} |\n`);
  return isEqual;
}

if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

/** @returns the number of networks that differ. */
async function checkAll(): Promise<number> {
  await useBackend(values.engine as NativeEngineName, { engines: nativeEngines });
  const options = {
    size: Number(values.size),
    batch: Number(values.batch),
    seed: Number(values.seed),
    gradients: values.gradients,
  };
  process.stdout.write(
    "| network | logits | gradients | gradients, PyTorch in float32 | logits of the pruned network in PyTorch | |\n| --- | ---: | ---: | ---: | ---: | --- |\n",
  );
  let failures = 0;
  for (const name of networksOf(values.networks))
    failures += Number(!report(name, await checkNetwork(name, options)));
  return failures;
}

try {
  process.exit((await checkAll()) > 0 ? 1 : 0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
