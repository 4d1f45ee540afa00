/** How the process ends: every error becomes one sentence and an exit code, every signal a word on how to go on. */

import { UsageError } from "../cli/usage-error.ts";
import { PluginError } from "../inputs/criterion-file.ts";
import { RunDirectoryError } from "./run-directory-error.ts";

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** A class of errors whose message is meant for the person who started the run. */
export type KnownError = abstract new (...args: never[]) => Error;

export interface Failure {
  readonly message: string;
  readonly code: number;
}

/** @param known the packages' own errors, which need no stack to be understood. */
export function describeFailure(error: unknown, known: readonly KnownError[], debug: boolean): Failure {
  const code =
    error instanceof UsageError || error instanceof PluginError ? exitCodes.usage : exitCodes.failed;
  const all = [UsageError, PluginError, RunDirectoryError, ...known];
  const message = all.some((kind) => error instanceof kind)
    ? text(error)
    : (systemSentence(error) ?? unexpected(error));
  const stack = debug && error instanceof Error ? `\n${error.stack}${causes(error)}` : "";
  return { message: `${message}${stack}`, code };
}

/** Whether stacks are wanted: `DEBUG=secateur`. */
export function wantsDebug(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (environment["DEBUG"] ?? "").split(/[\s,]+/).some((name) => name === "secateur" || name === "*");
}

/** What the wasm engine fails with when its memory is full: where we allocate, and where tfjs does, which does not ask. */
const fullHeap = /^(The wasm heap has no room|memory access out of bounds|Aborted\()/;

const systemReasons: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full. Free some space and go on with --resume",
  EACCES: "Permission is denied",
  ENOENT: "There is no such file",
  ENOTFOUND: "The network cannot be reached",
  ECONNREFUSED: "The network cannot be reached",
  ECONNRESET: "The connection broke off. Try again",
  ETIMEDOUT: "The network does not answer. Try again",
};

/** What the operating system refused, wherever in the chain of causes it says so. */
function systemSentence(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (fullHeap.test(error.message))
    return "The memory of the wasm engine, 4 GB at most, seems to be full: take a smaller network or another --engine (npx pnpm@10.34.9 engine:native brings a native one).";
  const code = "code" in error ? String(error.code) : "";
  const reason = systemReasons[code];
  if (reason === undefined) return systemSentence(error.cause);
  return `${reason}: ${"path" in error ? String(error.path) : error.message}.`;
}

function unexpected(error: unknown): string {
  return (
    `Unexpected error: ${text(error)}\n` +
    "This is a fault in Secateur. Please report it, with what DEBUG=secateur prints before the command."
  );
}

const text = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

function causes({ cause }: Error): string {
  return cause instanceof Error ? `\nCaused by ${cause.stack}${causes(cause)}` : "";
}

/** Ctrl-C and a request to end: say how to go on, then end. What is on disk is complete at any moment. */
export function onInterrupt(farewell: () => string): () => void {
  const handlers = (["SIGINT", "SIGTERM"] as const).map((signal) => {
    const handler = (): void => {
      process.stderr.write(`\n${farewell()}\n`);
      process.exit(signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated);
    };
    process.once(signal, handler);
    return [signal, handler] as const;
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
