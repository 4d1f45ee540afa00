/** Runs the thread's program from TypeScript sources: a thread does not inherit the main thread's TypeScript loader. */
import { register } from "tsx/esm/api";

register();
await import("./program.ts");
