/**
 * Bodkin: parallel computing for TypeScript. Tasks, scopes, data and arrays over threads and processes.
 * @module bodkin
 */

import "./entry/setup.ts";

// --- The cluster ----------------------------------------------------------------------------------

export { addWorkers, type Cluster, removeWorker, start, workers } from "./cluster/session.ts";
export type { AddOptions, StartOptions } from "./cluster/settings.ts";

// --- Tasks ----------------------------------------------------------------------------------------

export {
  inTask,
  isCancelled,
  myid,
  taskId,
  taskProcessor,
  threadid,
  throwIfCancelled,
} from "./task/inside.ts";
export { getOptions, type TaskOptions, withOptions } from "./task/options.ts";
export { spawnBulk, spawnSequential } from "./task/queues.ts";
export { spawn, spawnWith, task } from "./task/spawn.ts";
export type { CancelOptions, FetchOptions, Task } from "./task/task.ts";
export { fetchAll, waitAll, waitAny } from "./task/wait.ts";
export {
  BodkinError,
  type ErrorCode,
  type PathStep,
  SchedulingError,
  TaskFailedError,
} from "./wire/errors.ts";

// --- Where tasks run ------------------------------------------------------------------------------

export {
  allProcessors,
  compatibleProcessors,
  constrain,
  type Processor,
  type Scope,
  type ScopeSpec,
  scope,
  unionScope,
} from "./task/scope.ts";

// --- Data and its order ---------------------------------------------------------------------------

export type { Chunk } from "./task/chunk.ts";
export {
  type MutableOptions,
  mutable,
  type ShardOptions,
  shard,
  tochunk,
} from "./task/data.ts";
export { Deps, In, InOut, Out } from "./task/datadeps/accesses.ts";
export { spawnDatadeps } from "./task/datadeps/region.ts";
export { type File, type FileOptions, file, type ToFileOptions, tofile } from "./task/file.ts";
export { Shard } from "./task/shard.ts";
export { type StorageUse, storageUse } from "./task/storage.ts";

// --- Kernels --------------------------------------------------------------------------------------

export {
  atomicAdd,
  atomicCompareExchange,
  atomicExchange,
  atomicMax,
  atomicMin,
  atomicSub,
  barrier,
  globalIndex,
  globalSize,
  groupIndex,
  groupSize,
  local,
  localIndex,
  localSize,
} from "./kernel/intrinsics.ts";
export {
  type Kernel,
  type KernelFunction,
  type KernelOptions,
  kernel,
  type RangeOptions,
} from "./task/kernel.ts";
export { KernelError } from "./wire/errors.ts";

// --- Loops, folds, transducers --------------------------------------------------------------------

export type { Chunked, Foldable } from "./fold/chunked.ts";
export { type FoldFunctions, fold, type ReducerOptions } from "./fold/fold.ts";
export * as folds from "./fold/folds.ts";
export type { FoldOptions } from "./fold/options.ts";
export { type LoopOptions, parallelFor } from "./fold/parallel-for.ts";
export { type Collection, type Pipe, type Piped, pipe } from "./fold/pipe.ts";
export {
  isReduced,
  type Reduced,
  type Reducer,
  reduced,
  type Selection,
  type Transducer,
} from "./fold/protocol.ts";
export { type Range, range } from "./fold/range.ts";
export { type Reference, type References, referenceable } from "./fold/references.ts";
export {
  dedupe,
  distinct,
  enumerate,
  interpose,
  partition,
  partitionBy,
  scan,
} from "./fold/transducers/grouping.ts";
export { cat, filter, mapcat, mapping } from "./fold/transducers/mapping.ts";
export {
  drop,
  dropLast,
  dropWhile,
  takeLast,
  takeNth,
  takeWhile,
} from "./fold/transducers/taking.ts";

// --- Arrays ---------------------------------------------------------------------------------------

export {
  type Assignment,
  AutoBlocks,
  Blocks,
  type BlocksOptions,
  type Partitioning,
} from "./array/blocks.ts";
export type {
  CreateOptions,
  ExponentialOptions,
  EyeOptions,
  LinspaceOptions,
  RandomOptions,
} from "./array/creation.ts";
export type { DArray } from "./array/distributed/darray.ts";
export { allowScalar } from "./array/distributed/scalar-access.ts";
export {
  type ChoiceOptions,
  choice,
  type PermutationOptions,
  permutation,
} from "./array/drawing.ts";
export {
  canCast,
  type DTypeKind,
  type FloatInfo,
  finfo,
  type IntegerInfo,
  iinfo,
  isdtype,
  resultType,
} from "./array/dtypes.ts";
export type { Complex } from "./array/element.ts";
export {
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  bitwiseAnd,
  bitwiseInvert,
  bitwiseLeftShift,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  ceil,
  conj,
  copysign,
  cos,
  cosh,
  divide,
  equal,
  exp,
  expm1,
  floor,
  floorDivide,
  greater,
  greaterEqual,
  hypot,
  imag,
  isfinite,
  isinf,
  isnan,
  less,
  lessEqual,
  log,
  log1p,
  log2,
  log10,
  logaddexp,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  maximum,
  minimum,
  multiply,
  negative,
  nextafter,
  notEqual,
  positive,
  pow,
  real,
  reciprocal,
  remainder,
  round,
  sign,
  signbit,
  sin,
  sinh,
  sqrt,
  square,
  subtract,
  tan,
  tanh,
  trunc,
} from "./array/elementary/functions.ts";
export type { ElementwiseOptions } from "./array/elementwise/operand-types.ts";
export { readNpy, writeNpy } from "./array/files/npy.ts";
export { type NpzOptions, readNpz, type WriteNpzOptions, writeNpz } from "./array/files/npz.ts";
export type { FilePath } from "./array/files/paths.ts";
export { type RawOptions, readRaw, writeRaw } from "./array/files/raw.ts";
export type { ReadOptions } from "./array/files/transfer.ts";
export { readZarr, writeZarr } from "./array/files/zarr.ts";
export type { ArraySource } from "./array/from-source.ts";
export {
  arange,
  broadcast,
  collect,
  distribute,
  explain,
  exponential,
  eye,
  full,
  linspace,
  map,
  ones,
  rand,
  randint,
  randn,
  zeros,
} from "./array/functions.ts";
export type { Block } from "./array/grid.ts";
export { compress } from "./array/indexing/compressing.ts";
export { copyTo } from "./array/indexing/copying.ts";
export { nonzero } from "./array/indexing/nonzero.ts";
export { take, takeAlongAxis } from "./array/indexing/taking.ts";
export { fullLike, onesLike, zerosLike } from "./array/like.ts";
export { fromArray } from "./array/local.ts";
export {
  broadcastTo,
  expandDims,
  flip,
  matrixTranspose,
  moveaxis,
  permuteDims,
  squeeze,
} from "./array/manipulation/axes.ts";
export { clip, where } from "./array/manipulation/choosing.ts";
export { concat, stack, unstack } from "./array/manipulation/joining.ts";
export { type PadMode, type PadOptions, pad } from "./array/manipulation/padding.ts";
export { repeat } from "./array/manipulation/repeating.ts";
export { roll, tile } from "./array/manipulation/shifting.ts";
export {
  broadcastArrays,
  type MeshgridOptions,
  meshgrid,
} from "./array/manipulation/spreading.ts";
export { type MapBlocksOptions, mapBlocks } from "./array/map-blocks.ts";
export { type NDArray, ndarray, type WrapOptions } from "./array/ndarray.ts";
export { mapReduce, reduce } from "./array/own-reductions.ts";
export {
  Diagonal,
  LowerBidiagonal,
  LowerTriangular,
  Tridiagonal,
  UnitLowerTriangular,
  UnitUpperTriangular,
  UpperBidiagonal,
  UpperTriangular,
  view,
} from "./array/parts.ts";
export { type CrossOptions, cross, kron } from "./array/products/crossing.ts";
export {
  type DiagonalOptions,
  diagonal,
  type TriangleOptions,
  trace,
  tril,
  triu,
} from "./array/products/diagonals.ts";
export { einsum } from "./array/products/einsum.ts";
export {
  dot,
  matmul,
  outer,
  type ProductOf,
  type TensorAxes,
  tensordot,
  type VecdotOptions,
  vecdot,
} from "./array/products/functions.ts";
export {
  type MatrixNormOptions,
  matrixNorm,
  type VectorNormOptions,
  vectorNorm,
} from "./array/products/norms.ts";
export {
  all,
  any,
  argmax,
  argmin,
  countNonzero,
  extrema,
  max,
  mean,
  min,
  nanmax,
  nanmean,
  nanmin,
  nanstd,
  nansum,
  nanvar,
  norm,
  prod,
  std,
  sum,
  variance,
} from "./array/reducing.ts";
export {
  type AccumulateOptions,
  accumulate,
  cumprod,
  cumsum,
  type ScanOptions,
} from "./array/scans/functions.ts";
export { type IsinOptions, isin } from "./array/sets/membership.ts";
export {
  type UniqueAll,
  type UniqueCounts,
  type UniqueInverse,
  uniqueAll,
  uniqueCounts,
  uniqueInverse,
  uniqueValues,
} from "./array/sets/unique.ts";
export {
  argsort,
  type SearchOptions,
  type SortOptions,
  searchsorted,
  sort,
  type TopOptions,
  topk,
} from "./array/sorting/functions.ts";
export {
  type BincountOptions,
  bincount,
  type Histogram,
  type HistogramOptions,
  histogram,
} from "./array/statistics/counts.ts";
export { type DiffOptions, diff } from "./array/statistics/differences.ts";
export { median, percentile, quantile } from "./array/statistics/quantiles.ts";
export type { DType } from "./memory/dtype.ts";
