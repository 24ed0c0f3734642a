/**
 * The binary interfaces of MPI libraries: what a handle is, where a status has its fields, and the values of the names
 * of the standard. MPICH's are those of Intel MPI, MVAPICH and Cray MPI too; those of MPI-5 are of any library that
 * offers `libmpi_abi`. Open MPI's names are addresses of its variables.
 */

export type Family = "openmpi" | "mpich" | "standard";

export interface Abi {
  /** C type of a handle. */
  readonly handle: "int64" | "int";
  /** Ints of a status, and which of them say what. */
  readonly status: { readonly ints: number; readonly source: number };
  readonly anySource: number;
  /** The argument that stands for the receive buffer as its own source. */
  readonly inPlace: bigint;
  /** `MPI_THREAD_FUNNELED` */
  readonly funneled: number;
}

export const ABIS: Readonly<Record<Family, Abi>> = {
  openmpi: {
    handle: "int64",
    status: { ints: 6, source: 0 },
    anySource: -1,
    inPlace: 1n,
    funneled: 1,
  },
  mpich: {
    handle: "int",
    status: { ints: 5, source: 2 },
    anySource: -2,
    inPlace: 0xffff_ffff_ffff_ffffn,
    funneled: 1,
  },
  standard: {
    handle: "int64",
    status: { ints: 8, source: 0 },
    anySource: -1,
    inPlace: 1n,
    funneled: 1024,
  },
};

export type Name =
  | "COMM_WORLD"
  | "BYTE"
  | "DOUBLE"
  | "FLOAT"
  | "INT32"
  | "SUM"
  | "MIN"
  | "MAX"
  | "PROD"
  | "REQUEST_NULL"
  | "ERRORS_RETURN";

/** The variables whose addresses are Open MPI's handles. */
export const OPEN_MPI: Readonly<Record<Name, string>> = {
  COMM_WORLD: "ompi_mpi_comm_world",
  BYTE: "ompi_mpi_byte",
  DOUBLE: "ompi_mpi_double",
  FLOAT: "ompi_mpi_float",
  INT32: "ompi_mpi_int32_t",
  SUM: "ompi_mpi_op_sum",
  MIN: "ompi_mpi_op_min",
  MAX: "ompi_mpi_op_max",
  PROD: "ompi_mpi_op_prod",
  REQUEST_NULL: "ompi_request_null",
  ERRORS_RETURN: "ompi_mpi_errors_return",
};

export const VALUES: Readonly<Record<"mpich" | "standard", Readonly<Record<Name, number>>>> = {
  mpich: {
    COMM_WORLD: 0x44000000,
    BYTE: 0x4c00010d,
    DOUBLE: 0x4c00080b,
    FLOAT: 0x4c00040a,
    INT32: 0x4c000439,
    SUM: 0x58000003,
    MIN: 0x58000002,
    MAX: 0x58000001,
    PROD: 0x58000004,
    REQUEST_NULL: 0x2c000000,
    ERRORS_RETURN: 0x54000001,
  },
  standard: {
    COMM_WORLD: 0x101,
    BYTE: 0x247,
    DOUBLE: 0x214,
    FLOAT: 0x210,
    INT32: 0x250,
    SUM: 0x21,
    MIN: 0x22,
    MAX: 0x23,
    PROD: 0x24,
    REQUEST_NULL: 0x180,
    ERRORS_RETURN: 0x143,
  },
};
