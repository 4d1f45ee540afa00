/** Flatten: `[h, w, c]` to `[h·w·c]`; channel c is repeated at every `p·C + c`. */
import { spread } from "../channels.ts";
import type { LayerRule } from "../layer-rule.ts";

export const flatten: LayerRule = (context) => {
  const [input] = context.inputs;
  if (input === undefined) return undefined;
  if (context.config["dataFormat"] === "channelsFirst") return context.giveUp("channels-first data");
  const full = spread(
    input,
    input.shape.map(() => true),
  );
  if (full === null) return context.giveUp("a size is left open");
  return { shape: [full.ids.length], varies: [true], ids: full.ids };
};
