/** `drill:architectures`: on thousands of random networks, removing units equals silencing them. */
import { parseArgs } from "node:util";
import { useBackend } from "@secateur/backend";
import { printable } from "@secateur/base";
import { type NativeEngineName, nativeEngines } from "@secateur/native-engine";
import { checkNetwork, type NetworkSample, networkSamples } from "./architecture-drill.ts";

const help = `Builds random networks, removes random units, and compares the logits with those of the silenced network (1e-4).

Usage: pnpm drill:architectures [flags]

  --networks N    [default: 5000]
  --seed N        Determines all networks. [default: the time]
  --only I        The network of this index alone, to repeat a failure.
  --engine NAME   wasm or tensorflow. [default: wasm]

Ends with 1 if a network fails.
`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    networks: { type: "string", default: "5000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    only: { type: "string" },
    engine: { type: "string", default: "wasm" },
    help: { type: "boolean", default: false },
  },
});

async function drill(seed: number, networks: readonly (readonly [number, NetworkSample])[]): Promise<number> {
  let [failures, removed, pruned, worst] = [0, 0, 0, 0];
  for (const [index, network] of networks) {
    try {
      const { removedUnits, relativeError } = await checkNetwork(network);
      removed += removedUnits;
      pruned += Number(removedUnits > 0);
      worst = Math.max(worst, relativeError);
    } catch (error) {
      failures++;
      const problem = printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
      process.stdout.write(`  --seed ${seed} --networks ${index + 1} --only ${index}: ${problem}\n`);
    }
  }
  process.stdout.write(
    `${networks.length} networks, ${pruned} of them smaller by ${removed} units, ${failures} failures, largest difference ${worst.toExponential(1)}\n`,
  );
  return failures;
}

if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
await useBackend(values.engine as NativeEngineName, { engines: nativeEngines });
const [seed, count] = [Number(values.seed), Number(values.networks)];
process.stdout.write(`--seed ${seed} --networks ${count} --engine ${values.engine}\n`);
const networks = [...networkSamples(seed, count).entries()];
const chosen = networks.filter(([index]) => values.only === undefined || index === Number(values.only));
process.exit((await drill(seed, chosen)) > 0 ? 1 : 0);
