/** Starts the engine that the URL names, and reports it. */
import { report } from "@repo/chromium/page";
import { type PortableEngineName, useBackend } from "@secateur/backend";

void report(async (parameters) => {
  const engine = parameters.get("engine") as PortableEngineName;
  return useBackend(engine, { wasmPaths: "/wasm/" });
});
