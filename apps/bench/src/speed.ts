/** `bench:speed`: training, scoring, graph and surgery times, beside PyTorch and Torch-Pruning where installed. */
import { runProgram } from "./run/run-program.ts";
import { speed } from "./speed/program.ts";
import { runSpeed } from "./speed/run-speed.ts";

await runProgram(speed, runSpeed);
