/** Errors as one sentence and an exit code. */
import { isSecateurError, printableLines } from "@secateur/base";

export const exitCodes = {
  success: 0,
  failed: 1,
  usage: 2,
  fault: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export interface Failure {
  readonly message: string;
  readonly exitCode: number;
}

/** An expected failure is its message; anything else is reported as a fault. @param debug - Adds the stack. */
export function describeFailure(error: unknown, debug: boolean): Failure {
  const isExpected = isSecateurError(error);
  const reason = isExpected ? text(error) : systemSentence(error);
  const message = reason ?? unexpected(error);
  const stack = debug && error instanceof Error ? `\n${error.stack}${causes(error)}` : "";
  return {
    message: printableLines(`${message}${stack}`),
    exitCode: reason === null ? exitCodes.fault : isUsage(error) ? exitCodes.usage : exitCodes.failed,
  };
}

const isUsage = (error: unknown): boolean => isSecateurError(error) && error.code === "USAGE";

/** Whether `DEBUG=secateur` asks for stacks. */
export function wantsDebug(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (environment["DEBUG"] ?? "").split(/[\s,]+/).some((name) => name === "secateur" || name === "*");
}

/** Messages of the wasm engine when its memory is full, from our allocations and from tfjs's unchecked ones. */
const fullHeap = /^(The wasm heap has no room|memory access out of bounds|Aborted\()/;

const systemReasons: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full. Free some space and try again",
  EACCES: "Permission is denied",
  ENOENT: "There is no such file or folder",
  ENOTFOUND: "The network cannot be reached",
  ECONNREFUSED: "The network cannot be reached",
  ECONNRESET: "The connection was lost. Try again",
  ETIMEDOUT: "The network does not answer. Try again",
};

/** The reason of the operating system, from the error or its causes. */
function systemSentence(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (fullHeap.test(error.message))
    return "The memory of the wasm engine (4 GB at most) seems to be full: use a smaller network, or a native --engine.";
  const code = "code" in error ? String(error.code) : "";
  const reason = systemReasons[code];
  if (reason === undefined) return systemSentence(error.cause);
  return `${reason}: ${"path" in error ? String(error.path) : error.message}.`;
}

function unexpected(error: unknown): string {
  return (
    `Unexpected error: ${text(error)}\n` +
    "This is a fault in Secateur. Please report it with the output of the same command after DEBUG=secateur."
  );
}

const text = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

function causes({ cause }: Error): string {
  return cause instanceof Error ? `\nCaused by ${cause.stack}${causes(cause)}` : "";
}
