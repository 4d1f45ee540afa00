/** Ctrl-C and requests to terminate. */
import process from "node:process";
import { exitCodes } from "./failure.ts";

/**
 * Prints `farewell()` and ends the process on SIGINT and SIGTERM. Files on disk are complete at any moment.
 *
 * @returns a function that removes the handlers
 */
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
