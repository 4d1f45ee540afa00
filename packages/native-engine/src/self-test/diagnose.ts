/** Tests every engine in a child process: is it installed, on which device does it run, does it compute correctly? */
import { type NativeEngineName, nativeEngineNames } from "../native-engine-name.ts";
import { nativeEngines } from "../native-engines.ts";
import { runSelfTest, type SelfTestResult } from "./run-self-test.ts";

export interface Diagnosis {
  readonly engine: NativeEngineName;
  readonly result: SelfTestResult;
}

export interface Diagnoses {
  /** The engine that "auto" takes; null where none works. */
  readonly automatic: NativeEngineName | null;
  /** All engines but "cpu", which the others are compared with. */
  readonly engines: readonly Diagnosis[];
  /** Whether an engine that is installed does not work. */
  readonly isBroken: boolean;
}

/**
 * @param onEngine - Called after every engine with its result as text.
 *
 * @example const { automatic } = await diagnoseEngines(console.log);
 */
export async function diagnoseEngines(
  onEngine: (text: string) => void = () => undefined,
): Promise<Diagnoses> {
  const engines: Diagnosis[] = [];
  for (const engine of nativeEngineNames.filter((name) => name !== "cpu")) {
    const result = await runSelfTest(engine);
    engines.push({ engine, result });
    onEngine(describe(engine, result));
  }
  const automatic = engines.find(
    ({ engine, result }) => nativeEngines[engine].isAutomatic && result.outcome === "passed",
  );
  const isBroken = engines.some(({ result: { outcome } }) => outcome === "failed" || outcome === "crashed");
  return { automatic: automatic?.engine ?? null, engines, isBroken };
}

/** The last lines of a report: the engine that the others are compared with, and the one that "auto" takes. */
export function describeChoice({ automatic }: Diagnoses): string {
  return `cpu              tfjs's plain JavaScript: what the others are compared with\n\n"auto" takes ${automatic ?? "none"}.`;
}

function describe(engine: NativeEngineName, result: SelfTestResult): string {
  const name = engine.padEnd(16);
  if ("reason" in result)
    return `${name} ${result.outcome === "crashed" ? "BROKEN: " : "not here: "}${shortened(result.reason)}`;
  const { version, library, device, threads } = result.device;
  const wrong = result.checks.filter(({ problem }) => problem !== null);
  const count = result.checks.length;
  const summary = wrong.length === 0 ? `${count} checks passed` : `${wrong.length} of ${count} checks FAILED`;
  const versions = library === null ? version : `${version} with TensorFlow ${library}`;
  const head = `${name} ${versions}, ${device}, ${threads} ${threads === 1 ? "thread" : "threads"}: ${summary}`;
  const settings = Object.entries(result.workaround).map(([key, value]) => `${key}=${value}`);
  return [
    head,
    ...(settings.length > 0
      ? [`${" ".repeat(17)}crashes without ${settings.join(" ")}, which is set for it`]
      : []),
    ...wrong.map(({ name: check, problem }) => `${" ".repeat(17)}${check}: ${problem}`),
  ].join("\n");
}

/** An engine that cannot be used says so in a sentence that also names the engine. */
const shortened = (reason: string): string =>
  reason.replace(/^Engine "[^"]*" cannot be used: /, "").replace(/\.$/, "");
