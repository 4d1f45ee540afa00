/** Starts wasm as the URL says, after a try that finds no binaries where it asks for one, and reports it. */
import { report } from "@repo/chromium/page";
import { useBackend } from "@secateur/backend";

void report(async (parameters) => {
  const threads = parameters.get("threads");
  const options = threads === null ? {} : { threads: Number(threads) };
  const problems: string[] = [];
  if (parameters.has("wrongFirst")) {
    const attempt = useBackend("wasm", { ...options, wasmPaths: "/nowhere/", timeoutMs: 20_000 });
    await attempt.catch((error: Error) => problems.push(error.message));
  }
  const { device } = await useBackend("wasm", { ...options, wasmPaths: "/wasm/", timeoutMs: 20_000 });
  return { device, problems, isIsolated: crossOriginIsolated };
});
