/** `secateur prune` */
import { pruneProgram } from "../prune/program.ts";
import { pruneModel } from "../prune/prune-model.ts";
import { summaryText } from "../prune/summary-text.ts";
import { type Subcommand, subcommand } from "../subcommand.ts";

export const prune: Subcommand = subcommand(pruneProgram, async (settings, context) => {
  const summary = await pruneModel(settings, context);
  const written = settings.dryRun ? null : settings.out;
  context.print(settings.json ? JSON.stringify(summary, null, 2) : summaryText(summary, written));
  return 0;
});
