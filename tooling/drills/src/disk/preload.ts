/** Preloaded into a program (`--import`): its writes fail as the environment variable of `write-fault.ts` says. */
import fs from "node:fs";
import process from "node:process";
import { failWrites } from "./failing-writes.ts";
import { writeFaultOf } from "./write-fault.ts";

const fault = writeFaultOf(process.env);
if (fault !== null) {
  const writes = await failWrites(fault);
  process.on("exit", () => {
    writes.restore();
    fs.appendFileSync(fault.countFile, `${writes.count()}\n`);
  });
}
