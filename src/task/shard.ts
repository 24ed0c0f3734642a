/** Data in pieces of which each processor has its own. */

import type { AnyFunction } from "../closure/codec.ts";
import { printAsString } from "../platform/inspect.ts";
import { type ScopeBoxes, scopeText } from "../sched/scope.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { ChunkHandle } from "./chunk.ts";
import type { TaskOptions } from "./options.ts";
import { scopeOf } from "./scope.ts";
import type { Task } from "./task.ts";

/** Made by `shard()`. As an argument of a task it is the piece of the processor that runs the task. */
export class Shard<out T> {
  /** @internal */
  readonly pieces: readonly ChunkHandle<T>[];
  /** The processors that have a piece. @internal */
  readonly boxes: ScopeBoxes;

  /** @internal */
  constructor(pieces: readonly ChunkHandle<T>[], boxes: ScopeBoxes) {
    this.pieces = pieces;
    this.boxes = boxes;
  }

  /** Number of pieces. */
  get length(): number {
    return this.pieces.length;
  }

  /** Runs a function once at each piece; gives the tasks in the order of the pieces. */
  map<R>(fn: (piece: T) => R): Task<Awaited<R>>[] {
    if (typeof fn !== "function") {
      throw invalidArgument(
        "shard.map(fn) takes a function that gets a piece: shard.map(m => m.size)",
      );
    }
    return this.pieces.map((piece) => {
      const options: TaskOptions = piece.boxes ? { computeScope: scopeOf(piece.boxes) } : {};
      return spawnPiece(fn as AnyFunction, piece, options) as Task<Awaited<R>>;
    });
  }

  toString(): string {
    return `Shard(${this.length} ${this.length === 1 ? "piece" : "pieces"}: ${scopeText(this.boxes)})`;
  }
}

printAsString(Shard);

/** Set by `spawn.ts`, which knows this class. */
let spawnPiece: (fn: AnyFunction, piece: unknown, options: TaskOptions) => Task<unknown>;

/** @internal */
export function setPieceSpawner(spawner: typeof spawnPiece): void {
  spawnPiece = spawner;
}
