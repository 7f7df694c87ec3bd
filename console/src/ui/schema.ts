/** A JSON Schema, as far as it is looked at. */
export type Schema = {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};

/** A key that may stand somewhere. */
type SchemaKey = Readonly<{ name: string; type: string; description: string }>;

/**
 * The keys that may stand in a line of YAML, by how far it is indented below the lines before it.
 * @param lines those before it
 * @param before what of the line stands before the cursor
 */
export function keysAt(root: Schema, lines: readonly string[], before: string): SchemaKey[] {
  const found = new Map<string, SchemaKey>();
  for (const one of schemasAt(root, pathAt(lines, before))) {
    for (const [name, schema] of Object.entries(one.properties ?? {})) {
      if (!found.has(name)) found.set(name, { name, type: typeOf(schema), description: schema.description ?? '' });
    }
  }
  return [...found.values()];
}

const indentOf = (line: string): number => /^[\s-]*/.exec(line)?.[0].length ?? 0;

/** The keys above a line, from the outermost on. */
function pathAt(lines: readonly string[], before: string): string[] {
  const path: string[] = [];
  let depth = indentOf(before);
  for (const line of lines.toReversed()) {
    const key = /^[\s-]*([\w.$-]+):/.exec(line)?.[1];
    const own = indentOf(line);
    if (key === undefined || own >= depth) continue;
    path.unshift(key);
    depth = own;
    if (depth === 0) break;
  }
  return path;
}

function schemasAt(root: Schema, path: readonly string[]): Schema[] {
  let here = spread(root, root);
  for (const key of path) {
    here = here
      .flatMap((one) => one.properties?.[key] ?? [])
      .flatMap((one) => spread(root, one))
      .flatMap((one) => (one.items ? spread(root, one.items) : [one]));
  }
  return here;
}

/** A schema with all that it may be. */
function spread(root: Schema, schema: Schema, depth = 0): Schema[] {
  if (depth > 6) return [];
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const named = schema.$ref === undefined ? [] : [resolved(root, schema.$ref)];
  return [schema, ...[...parts, ...named].flatMap((one) => spread(root, one, depth + 1))];
}

function resolved(root: Schema, ref: string): Schema {
  const name = /^#\/\$defs\/(.+)$/.exec(ref)?.[1];
  return name === undefined ? root : (root.$defs?.[name] ?? {});
}

function typeOf({ type, anyOf }: Schema): string {
  if (type !== undefined) return [type].flat().join(' or ');
  return anyOf
    ? anyOf
        .flatMap((one) => one.type ?? [])
        .flat()
        .slice(0, 3)
        .join(' or ')
    : '';
}
