/** Runs in Chromium: what each engine that the URL names makes of the poolings and the networks. */
import { report } from "@repo/chromium/page";
import { type EngineReport, type PortableEngineName, useBackend } from "@secateur/backend";
import { startBackend } from "@secateur/backend/engine";
import { type EngineNetwork, engineNetworks } from "../../src/engines/engine-networks.ts";
import { poolings } from "../../src/engines/pooling-reference.ts";
import { type NetworkResult, runNetwork } from "../../src/engines/run-network.ts";
import { runPooling } from "../../src/engines/run-pooling.ts";

export interface EngineOutcome {
  /** Why tfjs's own backend, with the kernels that it comes with, is refused. Null for wasm. */
  readonly refusal: string | null;
  readonly started: EngineReport;
  /** ∂L/∂x of every pooling. */
  readonly poolings: readonly (readonly number[])[];
  readonly networks: Readonly<Record<EngineNetwork, NetworkResult>>;
}

async function refusalOf(engine: PortableEngineName): Promise<string | null> {
  if (engine === "wasm") return null;
  if (engine === "webgl") await import("@tensorflow/tfjs-backend-webgl");
  if (engine === "webgpu") await import("@tensorflow/tfjs-backend-webgpu");
  return startBackend(engine).then(
    () => "not refused",
    (error: Error) => error.message,
  );
}

void report(async (parameters): Promise<EngineOutcome> => {
  const engine = parameters.get("engine") as PortableEngineName;
  const phases = JSON.parse(parameters.get("phases") ?? "{}") as Readonly<Record<EngineNetwork, number>>;
  const refusal = await refusalOf(engine);
  const started = await useBackend(engine, { wasmPaths: "/wasm/" });
  const gradients: number[][] = [];
  for (const pooling of poolings) gradients.push([...(await runPooling(pooling))]);
  const networks: [EngineNetwork, NetworkResult][] = [];
  for (const name of engineNetworks) networks.push([name, await runNetwork(name, phases[name])]);
  const all = Object.fromEntries(networks) as EngineOutcome["networks"];
  return { refusal, started, poolings: gradients, networks: all };
});
