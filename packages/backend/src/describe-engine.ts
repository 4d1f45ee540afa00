/** An engine report as text. */
import type { EngineReport } from "./use-backend.ts";

/**
 * The engine in use, and on a second line the engines that were tried before it, with the reasons.
 *
 * @example
 * describeEngine(await useBackend("auto", { engines: nativeEngines }));
 * // Engine: wasm 4.22.0 (CPU, WebAssembly, 1 thread)
 * // Not used: tensorflow-gpu (@tensorflow/tfjs-node-gpu is not installed), tensorflow (…)
 */
export function describeEngine(report: EngineReport): string {
  const threads = `${report.threads} ${report.threads === 1 ? "thread" : "threads"}`;
  const used = `Engine: ${report.engine} ${report.version} (${report.device}, ${threads})`;
  const refused = report.tried.filter((attempt) => !attempt.usable);
  if (refused.length === 0) return used;
  return `${used}\nNot used: ${refused.map(({ engine, reason }) => `${engine} (${reason})`).join(", ")}`;
}
