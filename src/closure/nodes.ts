/**
 * The form in which values travel that are more than plain data: a table of nodes that refer to each other by
 * number, so that circles and shared objects stay what they are. The table itself is plain data.
 *
 * A slot is a primitive value itself, or the number of a node as a bigint (bigints of the program are nodes).
 */

import { internalError } from "../wire/errors.ts";

export type Slot = string | number | boolean | null | undefined | bigint;

/** What a node is; the first entry of each. The second is `Extras`, or 0. */
export const NODE = {
  /** Plain data that refers to nothing: [value]. */
  raw: 0,
  /** [slots], with holes. */
  array: 1,
  /** []; the properties are extras. */
  object: 2,
  /** [key, value, key, value…]. */
  map: 3,
  /** [values]. */
  set: 4,
  /** [class, stack, names of hidden properties, their slots]. */
  error: 5,
  /** [name, message, stack, cause or undefined]. */
  exception: 6,
  /** [type, slot of the buffer, offset in it, length]. */
  view: 7,
  /** [slot]: a symbol or bigint as an object. */
  boxed: 8,
  /** [key] of the registry of symbols. */
  symbol: 9,
  /** [module or undefined, path]. */
  builtin: 10,
  /** [name] of an export of the library. */
  export: 11,
  /** [token]. */
  token: 12,
  /** [url, name, origin or undefined]. */
  import: 13,
  /** [group, member, origin or undefined, name or undefined, slot of the prototype or undefined]. */
  function: 14,
  /** [slot of the function]: the object that instances inherit from. */
  prototype: 15,
  /** [slot of the class, slot of the data]. */
  hooked: 16,
  /** [parent]: what stands for `import()`. */
  importer: 17,
  /** [href]. */
  url: 18,
} as const;

export type NodeKind = (typeof NODE)[keyof typeof NODE];

export type Node = readonly [kind: NodeKind, extras: Extras | 0, ...rest: unknown[]];

/** What any object may have besides its own kind of contents. */
export type Extras = readonly [
  /** The object it inherits from; undefined for the usual one of its kind. */
  prototype: Slot | null | undefined,
  /** Strings, and slots of symbols. */
  keys: readonly (string | bigint)[],
  values: readonly Slot[],
  /** [key, getter, setter] of each property that is computed when it is read. */
  accessors: readonly (readonly [string | bigint, Slot, Slot])[],
  integrity: Integrity,
];

/** What may no longer be done to an object. */
export const INTEGRITY = { none: 0, noNew: 1, sealed: 2, frozen: 3 } as const;
export type Integrity = (typeof INTEGRITY)[keyof typeof INTEGRITY];

/** [source, slots of the shared cells, slots of each member's cells]. */
export type GroupNode = readonly [number, readonly Slot[], readonly (readonly Slot[])[]];

export interface Graph {
  readonly nodes: readonly Node[];
  readonly groups: readonly GroupNode[];
  readonly root: Slot;
}

export type GraphData = readonly [readonly Node[], readonly GroupNode[], Slot];

/**
 * The graph in data that came from elsewhere; its slots are checked where they are followed. No list in it but
 * the values and arrays of the program can have more entries than there were bytes: a longer one would be mostly holes, and
 * take forever to walk.
 */
export function graphFrom(data: unknown, bytes: number): Graph {
  const isList = (value: unknown): boolean => Array.isArray(value) && value.length <= bytes;
  const isExtras = (value: unknown): boolean =>
    Array.isArray(value) && value.length === 5 && value.slice(1, 4).every(isList);
  const isNode = (value: unknown): value is Node =>
    Array.isArray(value) &&
    typeof value[0] === "number" &&
    (value[1] === 0 || isExtras(value[1])) &&
    (!LISTS.has(value[0]) || value.slice(2).every((each) => !Array.isArray(each) || isList(each)));
  const isGroup = (value: unknown): value is GroupNode =>
    Array.isArray(value) &&
    typeof value[0] === "number" &&
    isList(value[1]) &&
    isList(value[2]) &&
    value[2].every(isList);
  if (!isList(data)) throw malformed("no table");
  const [nodes, groups, root] = data as unknown[];
  if (!Array.isArray(nodes) || !isList(nodes) || !nodes.every(isNode)) throw malformed("no nodes");
  if (!Array.isArray(groups) || !isList(groups) || !groups.every(isGroup))
    throw malformed("no groups");
  return { nodes, groups, root: root as Slot };
}

/** Kinds of nodes with lists that are no arrays of the program. */
const LISTS = new Set<unknown>([NODE.map, NODE.set, NODE.error, NODE.builtin]);

export const malformed = (what: string): Error =>
  internalError(`the bytes of a value are damaged (${what})`);

/** The numbers of the nodes that a node refers to. */
export function* slotsOf(node: Node, groups: readonly GroupNode[]): Generator<Slot> {
  const [kind, extras] = node;
  if (extras !== 0) {
    const [prototype, keys, values, accessors] = extras;
    if (prototype !== null) yield prototype;
    yield* keys;
    yield* values;
    for (const accessor of accessors) yield* accessor;
  }
  switch (kind) {
    case NODE.array:
      yield* Object.values(node[2] as Slot[]); // there may be billions of holes
      break;
    case NODE.map:
    case NODE.set:
      yield* node[2] as Slot[];
      break;
    case NODE.error:
      yield* node[5] as Slot[];
      break;
    case NODE.exception:
      yield node[5] as Slot;
      break;
    case NODE.view:
      yield node[3] as Slot;
      break;
    case NODE.boxed:
    case NODE.prototype:
      yield node[2] as Slot;
      break;
    case NODE.hooked:
      yield node[2] as Slot;
      yield node[3] as Slot;
      break;
    case NODE.function: {
      yield node[6] as Slot;
      const group = groups[node[2] as number];
      if (!group) throw malformed("a function without group");
      yield* group[1];
      for (const cells of group[2]) yield* cells;
      break;
    }
  }
}
