/** The program of a worker process: measures or checks one network on one engine; a crash ends this process alone. */
import { useBackend } from "@secateur/backend";
import { createModel, type ModelName } from "@secateur/models";
import { type NativeEngineName, nativeEngines } from "@secateur/native-engine";
import { serveRequests } from "../../run/serve-requests.ts";
import { measureSteps, type StepEvent } from "./measure-steps.ts";
import { type CheckedNumbers, checkNetwork } from "./network-check.ts";

export interface SmokeRequest {
  readonly kind: "measure" | "check";
  readonly engine: NativeEngineName;
  readonly network: ModelName;
  readonly budgetMs: number;
}

export type SmokeEvent = StepEvent | { readonly type: "checked"; readonly numbers: CheckedNumbers };

async function* handle({ kind, engine, network, budgetMs }: SmokeRequest): AsyncGenerator<SmokeEvent> {
  await useBackend(engine, { engines: nativeEngines });
  if (kind === "check") yield { type: "checked", numbers: checkNetwork(network) };
  else yield* measureSteps(createModel(network), budgetMs);
}

serveRequests(handle);
