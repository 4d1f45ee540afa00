/** `drill:memory`: hundreds of removals in one pruning loop, with flat memory. */
import process from "node:process";
import { parseArgs } from "node:util";
import { useBackend } from "@secateur/backend";
import { type NativeEngineName, nativeEngines } from "@secateur/native-engine";
import { growth, memoryWhilePruning } from "./memory/memory-drill.ts";

const help = `Prunes a residual network unit by unit in one loop. After the first removals, resident memory may grow by 10 % at most,
and the number of tensors not at all.

Usage: pnpm drill:memory [flags]

  --removals N    [default: 300]
  --warm-up N     Removals after which memory may not grow. [default: 50]
  --engine NAME   wasm or tensorflow. [default: wasm]

TensorFlow keeps oneDNN's kernels of the last 1,024 shapes (a fixed number): 100 to 350 kB for a convolution or a matrix
product, some 40 MB between removals 50 and 125 of this drill. With TF_ENABLE_ONEDNN_OPTS=0 there are none.

Ends with 1 if memory grows.
`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    removals: { type: "string", default: "300" },
    "warm-up": { type: "string", default: "50" },
    engine: { type: "string", default: "wasm" },
    help: { type: "boolean", default: false },
  },
});
const [removals, warmUp] = [Number(values.removals), Number(values["warm-up"])];
if (values.help || !(removals > warmUp)) {
  process.stdout.write(help);
  process.exit(values.help ? 0 : 1);
}
await useBackend(values.engine as NativeEngineName, { engines: nativeEngines });
const samples = await memoryWhilePruning({
  removals,
  onRemoval(removal, { residentBytes, heapBytes, tensors }) {
    if (removal % 25 !== 0) return;
    const [resident, heap] = [residentBytes, heapBytes].map((bytes) => (bytes / 1e6).toFixed(0));
    process.stdout.write(`  removal ${removal}: ${resident} MB, heap ${heap} MB, ${tensors} tensors\n`);
  },
});
const [resident, heap, tensors] = [
  growth(samples, warmUp, ({ residentBytes }) => residentBytes),
  growth(samples, warmUp, ({ heapBytes }) => heapBytes),
  growth(samples, warmUp, (sample) => sample.tensors),
] as const;
process.stdout.write(
  `${removals} removals on ${values.engine}: after ${warmUp}, resident memory × ${resident.toFixed(3)}, heap × ${heap.toFixed(3)}, tensors × ${tensors}\n`,
);
process.exit(resident <= 1.1 && tensors === 1 ? 0 : 1);
