/** Kernels as WGSL modules, and what a launch of one binds. Knows nothing of devices. */

import { KernelError } from "../../wire/errors.ts";
import { commonLists, commonStatements } from "../groups.ts";
import type {
  ArrayParameter,
  IndexExpression,
  KernelIR,
  ScalarParameter,
  Statement,
  ValueType,
} from "../ir.ts";
import type { Range, Triple } from "../range.ts";
import { statementsIn } from "../walk.ts";
import { Accesses, type WgslArray } from "./accesses.ts";
import { Helpers } from "./helpers.ts";
import { block, StatementWriter, type Surroundings } from "./statements.ts";

export interface WgslKernel {
  readonly code: string;
  readonly entryPoint: "main";
  /** Storage buffers of bind group 0, for the arrays that the kernel uses. */
  readonly buffers: readonly {
    /** The position among the kernel's parameters. */
    readonly parameter: number;
    readonly binding: number;
    readonly access: "read" | "read_write";
  }[];
  /** A uniform buffer of bind group 0 with the range, lengths and scalars. */
  readonly uniform: { readonly binding: number; readonly size: number };
  /** Items of a group: the size of the workgroup along x. */
  readonly groupItems: number;
  /** Bytes of shared arrays. */
  readonly sharedBytes: number;
  /**
   * The contents of the uniform buffer. `lengths` and `scalars` are in the order of the parameters; `section` is for
   * modules that were made for one.
   */
  uniformData(
    range: Range,
    lengths: readonly number[],
    scalars: readonly number[],
    section?: Section,
  ): ArrayBuffer;
}

/** The items that one launch of several runs; the arrays that are bound begin with the elements of the first of them. */
export interface Section {
  readonly first: number;
  /** Of all launches. */
  readonly items: number;
}

/** Whether a kernel can run section by section, each with the elements of its items alone. */
export const hasSections = ({ facts }: KernelIR): boolean =>
  facts.isElementwise && !facts.usesGroups && facts.axes === 0;

/**
 * The module for groups of one shape; `isSection`: for launches that each run a section of the items.
 * @throws KernelError for f64, which WGSL has not got
 */
export function toWgsl(ir: KernelIR, group: Triple, isSection: boolean = false): WgslKernel {
  if (ir.facts.usesF64) throw noF64(ir);
  const arrays = ir.parameters.filter((each): each is ArrayParameter => each.kind === "array");
  const scalars = ir.parameters.filter((each): each is ScalarParameter => each.kind === "scalar");
  const used = arrays.filter((each) => each.isRead || each.isWritten);
  const helpers = new Helpers();
  const accesses = new Accesses(helpers);
  for (const each of used) accesses.add(parameterArray(each, isSection));
  for (const each of ir.shared) accesses.addLocal(each, "shared");
  const main = new MainWriter(ir, group, helpers, accesses, isSection).text();
  const fields = [
    ...[...RANGE_FIELDS, ...(isSection ? SECTION_FIELDS : [])].map((name) => `${name}: i32`),
    ...arrays.map(({ name }) => `length_${name}: u32`),
    ...scalars.map(({ name, type }) => `${name}: ${type === "bool" ? "u32" : type}`),
  ];
  const code = [
    `struct Launch ${block(fields.map((each) => `${each},`))}`,
    "@group(0) @binding(0) var<uniform> launch: Launch;",
    ...used.map(bindingText),
    ...ir.shared.map(
      ({ name, dtype, length, isAtomic }) =>
        `var<workgroup> ${name}: array<${isAtomic ? `atomic<${dtype}>` : dtype}, ${length}>;`,
    ),
    ...helpers.texts,
    ...accesses.functions,
    main,
  ].join("\n");
  return {
    code,
    entryPoint: "main",
    buffers: used.map((each, i) => ({
      parameter: ir.parameters.indexOf(each),
      binding: i + 1,
      access: each.isWritten ? "read_write" : "read",
    })),
    uniform: { binding: 0, size: Math.ceil(fields.length / 4) * 16 },
    groupItems: group[0] * group[1] * group[2],
    sharedBytes: ir.shared.reduce((all, each) => all + 4 * each.length, 0),
    uniformData(range, lengths, values, section) {
      const [row] = dispatchSize(range);
      const data = new DataView(new ArrayBuffer(Math.ceil(fields.length / 4) * 16));
      const own = section && isSection ? [section.first, section.items] : [];
      const numbers = [...range.size, ...range.groups, row, ...own, ...lengths];
      for (const [i, each] of numbers.entries()) data.setUint32(4 * i, each, true);
      scalars.forEach(({ type }, i) => {
        const at = 4 * (numbers.length + i);
        const value = values[i] as number;
        if (type === "f32") data.setFloat32(at, value, true);
        else data.setUint32(at, value, true);
      });
      return data.buffer;
    },
  };
}

const RANGE_FIELDS = ["n0", "n1", "n2", "q0", "q1", "q2", "row"];
const SECTION_FIELDS = ["first", "items"];

/** Workgroups along one axis of a dispatch. */
const MOST_GROUPS = 65_535;

/** What to dispatch: more groups than one axis can have are laid out in two. */
export function dispatchSize({ groupCount }: Range): Triple {
  const rows = Math.ceil(groupCount / MOST_GROUPS);
  return rows <= 1 ? [groupCount, 1, 1] : [Math.ceil(groupCount / rows), rows, 1];
}

const noF64 = (ir: KernelIR): KernelError =>
  new KernelError(
    `kernel '${ir.name}' computes with f64, which GPUs have not got through WebGPU. Choose { f64: "downcast" } to ` +
      'compute with f32 there, convert the arrays with astype("f32"), or run it on CPU threads.',
    1,
    1,
  );

const parameterArray = (
  { name, dtype, isAtomic }: ArrayParameter,
  isSection: boolean,
): WgslArray => ({
  name,
  type: dtype as WgslArray["type"],
  isAtomic,
  storage: "parameter",
  length: `launch.length_${name}`,
  size: undefined,
  ...(isSection && { first: "launch.first" }),
});

const bindingText = ({ name, dtype, isAtomic, isWritten }: ArrayParameter, i: number): string =>
  `@group(0) @binding(${i + 1}) var<storage, ${isWritten ? "read_write" : "read"}> ${name}: ` +
  `array<${isAtomic ? `atomic<${dtype}>` : dtype}>;`;

// --- The entry point -----------------------------------------------------------------------------

class MainWriter {
  readonly #ir: KernelIR;
  readonly #group: Triple;
  readonly #isSection: boolean;
  readonly #helpers: Helpers;
  readonly #accesses: Accesses;
  readonly #scalars: ReadonlyMap<string, ValueType>;
  readonly #uniform = new Set<string>();
  /** Lists that all items of a group run together, in kernels with barriers. */
  readonly #common: ReadonlySet<Statement>;
  readonly #lists: ReadonlySet<readonly Statement[]>;
  /** Variables that are declared before everything else, because guards stand around their place. */
  readonly #early: string[] = [];

  constructor(
    ir: KernelIR,
    group: Triple,
    helpers: Helpers,
    accesses: Accesses,
    isSection: boolean,
  ) {
    this.#ir = ir;
    this.#group = group;
    this.#isSection = isSection;
    this.#helpers = helpers;
    this.#accesses = accesses;
    this.#scalars = new Map(
      ir.parameters.flatMap((each) => (each.kind === "scalar" ? [[each.name, each.type]] : [])),
    );
    const { hasBarriers } = ir.facts;
    this.#common = hasBarriers ? commonStatements(ir.body) : new Set();
    this.#lists = new Set(hasBarriers ? commonLists(ir.body, this.#common) : []);
    for (const each of statementsIn(ir.body)) {
      if (each.kind === "let" && each.isUniform) this.#uniform.add(each.name);
    }
  }

  text(): string {
    const [g0, g1, g2] = this.#group;
    const writer = new StatementWriter(this.#surroundings());
    const body = this.#list(writer, this.#ir.body);
    const lines = [
      "let q = i32(group.x + group.y * u32(launch.row));",
      "if (q >= launch.q0 * launch.q1 * launch.q2) { return; }",
      "let l = i32(item);",
      `let l2 = l % ${g2}i;`,
      `let l1 = (l / ${g2}i) % ${g1}i;`,
      `let l0 = l / ${g1 * g2}i;`,
      "let h2 = q % launch.q2;",
      "let h1 = (q / launch.q2) % launch.q1;",
      "let h0 = q / (launch.q1 * launch.q2);",
      `let i0 = h0 * ${g0}i + l0;`,
      `let i1 = h1 * ${g1}i + l1;`,
      `let i2 = h2 * ${g2}i + l2;`,
      `let i = (i0 * launch.n1 + i1) * launch.n2 + i2${this.#isSection ? " + launch.first" : ""};`,
      "let inside = i0 < launch.n0 && i1 < launch.n1 && i2 < launch.n2;",
      ...(this.#ir.facts.hasBarriers ? [] : ["if (!inside) { return; }"]),
      ...writer.flags,
      ...this.#early,
      ...body,
    ];
    return (
      `@compute @workgroup_size(${g0 * g1 * g2})\n` +
      "fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) item: u32) " +
      block(lines)
    );
  }

  /** Between what all items do together, single items do something only within the range. */
  #list(writer: StatementWriter, list: readonly Statement[]): string[] {
    if (!this.#lists.has(list)) return writer.list(list);
    const lines: string[] = [];
    let run: string[] = [];
    const endRun = (): void => {
      if (run.length > 0) lines.push(`if (inside) ${block(run)}`);
      run = [];
    };
    for (const each of list) {
      const texts = writer.statement(each);
      if (!this.#isTogether(each)) run.push(...texts);
      else {
        endRun();
        lines.push(...texts);
      }
    }
    endRun();
    return lines;
  }

  #isTogether(statement: Statement): boolean {
    if (statement.kind === "let" || statement.kind === "assign")
      return this.#uniform.has(statement.name);
    return this.#common.has(statement);
  }

  #surroundings(): Surroundings {
    return {
      helpers: this.#helpers,
      accesses: this.#accesses,
      list: (writer, list) => this.#list(writer, list),
      variable: (name) => {
        const type = this.#scalars.get(name);
        if (type === undefined) return name;
        return type === "bool" ? `(launch.${name} != 0u)` : `launch.${name}`;
      },
      index: (e) => this.#index(e),
      length: (array) => `i32(launch.length_${array})`,
      load: (array, index, text) => this.#accesses.load(array, index, text),
      declare: (name, type, value, isConstant) => {
        if (this.#ir.facts.hasBarriers && !this.#uniform.has(name)) {
          this.#early.push(`var ${name}: ${type};`);
          return `${name} = ${value};`;
        }
        return `${isConstant ? "let" : "var"} ${name}: ${type} = ${value};`;
      },
    };
  }

  #index({ of, axis }: IndexExpression): string {
    const [g0, g1, g2] = this.#group;
    switch (of) {
      case "globalIndex":
        return axis === undefined ? "i" : `i${axis}`;
      case "localIndex":
        return axis === undefined ? "l" : `l${axis}`;
      case "groupIndex":
        return axis === undefined ? "q" : `h${axis}`;
      case "globalSize":
        if (this.#isSection) return "launch.items";
        return axis === undefined ? "(launch.n0 * launch.n1 * launch.n2)" : `launch.n${axis}`;
      case "groupSize":
        return `${axis === undefined ? g0 * g1 * g2 : this.#group[axis]}i`;
    }
  }
}
