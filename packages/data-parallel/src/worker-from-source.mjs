/** Runs the worker's program from its TypeScript: a thread does not inherit what lets the main one run it. */
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
