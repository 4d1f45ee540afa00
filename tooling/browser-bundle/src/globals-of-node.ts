/** Finds the globals of Node that a module uses without asking whether they exist. */

/** A node of a syntax tree (ESTree), as far as it matters here. */
interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A name in the module's code, and whether it is the operand of `typeof` or declares a variable. */
interface Reference {
  readonly name: unknown;
  readonly isSafe: boolean;
}

const globals = ["process", "Buffer", "global", "require", "__dirname", "__filename"] as const;

/** Their names. A module that contains `typeof process`, or a variable of that name, may use `process`. */
export function globalsOfNode(tree: object): readonly string[] {
  const references = [...referencesIn(tree as SyntaxNode)];
  return globals.filter((global) => {
    const found = references.filter(({ name }) => name === global);
    return found.length > 0 && !found.some(({ isSafe }) => isSafe);
  });
}

/** `x.process`, `{ process: 1 }` and a method `process()` are no references. */
function* referencesIn(node: SyntaxNode): Generator<Reference> {
  for (const [key, value] of Object.entries(node)) {
    if ((key === "property" || key === "key") && node["computed"] === false) continue;
    for (const child of [value].flat().filter(isNode)) {
      const isSafe = node["operator"] === "typeof" || (node.type === "VariableDeclarator" && key === "id");
      if (child.type === "Identifier") yield { name: child["name"], isSafe };
      yield* referencesIn(child);
    }
  }
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
