/** `bench:oracle`: how well every criterion predicts the loss without each unit. */
import { oracleEvents } from "./oracle/events.ts";
import { oracle } from "./oracle/program.ts";
import { runOracle } from "./oracle/run-oracle.ts";
import { runInDirectory } from "./run/run-program.ts";

await runInDirectory(oracle, oracleEvents, runOracle);
