/** `engine:doctor`: which engines are installed, on which device they run, and whether they compute correctly. */
import process from "node:process";
import { parseArgs } from "node:util";
import { describeChoice, diagnoseEngines } from "./self-test/diagnose.ts";

const help = `Tests every engine in a child process: is it installed, on which device does it run, does it compute correctly?

Usage: npx pnpm@10.34.9 engine:doctor [--json]        (outside of Secateur's repository: npx secateur doctor)

Ends with 1 when an engine that is installed does not work.`;

async function main(asJson: boolean): Promise<number> {
  const diagnoses = await diagnoseEngines(asJson ? undefined : print);
  const { automatic, engines, isBroken } = diagnoses;
  print(asJson ? JSON.stringify({ automatic, engines }, null, 2) : describeChoice(diagnoses));
  return isBroken ? 1 : 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== "--"),
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) print(help);
  else process.exitCode = await main(values.json);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)} See --help.\n`);
  process.exitCode = 2;
}
